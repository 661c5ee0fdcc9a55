//! What the sample publishers write: articles of our own, in the shape of provincial news. Places are real; what is
//! said to have happened there is not.

/// One article.
#[derive(Debug, Clone, Copy)]
pub(super) struct Article {
    /// Its name in addresses, and its guid.
    pub slug: &'static str,
    pub title: &'static str,
    pub category: &'static str,
    pub author: &'static str,
    /// How long before the demo's start it was published.
    pub age_minutes: u32,
    /// What its picture shows.
    pub picture: &'static str,
    /// The first is its summary.
    pub paragraphs: &'static [&'static str],
}

pub(super) const NINH_BINH: &[Article] = &[
    Article {
        slug: "ben-dao-tam-coc-them-thuyen",
        title: "Bến thuyền Tam Cốc thêm 40 thuyền phục vụ mùa lúa chín",
        category: "Du lịch",
        author: "Minh Châu",
        age_minutes: 12,
        picture: "Thuyền nan trên sông Ngô Đồng giữa hai bờ lúa chín",
        paragraphs: &[
            "Từ sáng nay, bến Tam Cốc đưa thêm 40 thuyền vào phục vụ khách ngắm lúa chín dọc sông Ngô Đồng, nâng \
             số thuyền hoạt động trong ngày lên hơn một nghìn chiếc.",
            "Theo ban quản lý bến, khách đi trước 8 giờ hầu như không phải chờ, trong khi khung 9 đến 11 giờ lượng \
             khách thường gấp ba. Các gia đình chèo đò được chia ca theo số hiệu, không gọi khách trên bến.",
            "Bà con trong thôn cũng thống nhất giữ lại những thửa ruộng sát mép nước đến hết tuần rồi mới gặt, để \
             hai bờ sông còn giữ được màu vàng trong những ngày cuối vụ.",
        ],
    },
    Article {
        slug: "cau-kim-thong-xe-ky-thuat",
        title: "Thông xe kỹ thuật cây cầu nối hai xã ven sông Đáy",
        category: "Giao thông",
        author: "Quang Huy",
        age_minutes: 190,
        picture: "Cây cầu mới bắc qua sông Đáy lúc sáng sớm",
        paragraphs: &[
            "Sau 18 tháng thi công, cây cầu dài 312 mét bắc qua sông Đáy đã được thông xe kỹ thuật, rút ngắn quãng \
             đường giữa hai xã từ 14 ki-lô-mét xuống còn chưa đầy một ki-lô-mét.",
            "Trước đây, học sinh và người đi chợ phải qua đò; những ngày nước lớn, đò nghỉ, cả hai bên cùng chờ. \
             Trong tháng đầu, cầu chỉ cho xe máy và xe dưới 5 tấn lưu thông.",
            "Đơn vị thi công đang hoàn thiện lan can và hệ thống chiếu sáng để bàn giao trước cuối quý.",
        ],
    },
    Article {
        slug: "lang-theu-van-lam-mo-lop",
        title: "Làng thêu Văn Lâm mở lớp dạy nghề miễn phí cho học sinh",
        category: "Văn hóa",
        author: "Thu Hà",
        age_minutes: 1_210,
        picture: "Khung thêu căng vải lanh bên cửa sổ",
        paragraphs: &[
            "Mười hai nghệ nhân của làng thêu ren Văn Lâm nhận dạy nghề miễn phí cho học sinh vào các buổi sáng \
             thứ bảy, bắt đầu từ tuần này.",
            "Lớp đầu tiên có 35 em đăng ký, em nhỏ tuổi nhất mới học lớp năm. Mỗi em được phát một khung, kim và \
             chỉ; bài học vỡ lòng là mũi lướt vặn và cách căng vải sao cho mặt thêu không dúm.",
            "Sản phẩm cuối khóa sẽ được bày tại nhà văn hóa thôn trong dịp hội làng.",
        ],
    },
];

pub(super) const CA_MAU: &[Article] = &[
    Article {
        slug: "trieu-cuong-dat-mui",
        title: "Đất Mũi chủ động ứng phó triều cường cuối tháng",
        category: "Phòng chống thiên tai",
        author: "Ban Biên tập",
        age_minutes: 45,
        picture: "Bờ kè và hàng đước ven biển khi nước lên",
        paragraphs: &[
            "Triều cường đợt này được dự báo cao hơn trung bình 20 đến 30 xăng-ti-mét, tập trung vào buổi chiều tối. \
             Các ấp ven biển đã gia cố hơn hai ki-lô-mét bờ bao xung yếu.",
            "Người dân được khuyến cáo kê cao đồ điện, kiểm tra cống vuông tôm trước 15 giờ và không đi lại bằng xuồng \
             nhỏ ở cửa sông khi có gió lớn.",
            "Số điện thoại trực của xã hoạt động suốt ngày đêm cho đến khi hết đợt triều.",
        ],
    },
    Article {
        slug: "tom-rung-sinh-thai",
        title: "Thêm 600 héc-ta tôm – rừng được chứng nhận sinh thái",
        category: "Thủy sản",
        author: "Ban Biên tập",
        age_minutes: 330,
        picture: "Vuông tôm dưới tán rừng đước",
        paragraphs: &[
            "Gần 140 hộ nuôi tôm dưới tán rừng vừa nhận giấy chứng nhận sinh thái, đưa diện tích đạt chuẩn trên địa \
             bàn tăng thêm 600 héc-ta.",
            "Để đạt chuẩn, mỗi hộ giữ ít nhất một nửa diện tích là rừng, không dùng thuốc và thức ăn công nghiệp. Đổi \
             lại, giá tôm cao hơn thị trường khoảng một phần mười.",
        ],
    },
    Article {
        slug: "nop-ho-so-tai-nha",
        title: "Cán bộ đến tận nhà nhận hồ sơ của người cao tuổi",
        category: "Cải cách hành chính",
        author: "Văn phòng",
        age_minutes: 1_530,
        picture: "Tổ lưu động nhận hồ sơ bên hiên nhà",
        paragraphs: &[
            "Mỗi chiều thứ năm, tổ lưu động đi vỏ lãi đến các ấp xa trung tâm để nhận và trả hồ sơ cho người cao tuổi, \
             người khuyết tật.",
            "Trong tháng đầu, tổ đã tiếp nhận 212 hồ sơ, phần nhiều là trợ cấp xã hội và cấp lại giấy tờ. Tất cả được \
             trả đúng hẹn, có 47 hồ sơ trả sớm hơn một ngày.",
        ],
    },
];

pub(super) const HUE: &[Article] = &[
    Article {
        slug: "nha-vuon-kim-long",
        title: "Phục hồi ba nhà vườn cổ ở Kim Long",
        category: "Di sản",
        author: "Nguyên Phương",
        age_minutes: 28,
        picture: "Lối vào nhà vườn với hàng chè tàu",
        paragraphs: &[
            "Ba ngôi nhà rường ở Kim Long bắt đầu được tu bổ theo lối cũ: cột kèo tháo rời, đánh số, thay từng đoạn gỗ \
             mục rồi lắp lại bằng mộng, không dùng đinh.",
            "Chủ nhà đóng góp một phần ba kinh phí và cam kết mở cửa đón khách ít nhất hai ngày mỗi tuần sau khi \
             hoàn thành.",
            "Các thợ mộc trẻ được mời cùng làm, như một lớp học nghề kéo dài suốt mười tháng.",
        ],
    },
    Article {
        slug: "xe-dap-cong-cong-bo-nam",
        title: "Thêm sáu trạm xe đạp công cộng ở bờ nam sông Hương",
        category: "Đô thị",
        author: "Hải Đăng",
        age_minutes: 260,
        picture: "Trạm xe đạp dưới hàng long não",
        paragraphs: &[
            "Sáu trạm mới đặt gần trường học và bến thuyền, mỗi trạm 12 xe. Hai chuyến đầu trong ngày, mỗi chuyến dưới \
             30 phút, người dùng không phải trả tiền.",
            "Số liệu thử nghiệm cho thấy giờ cao điểm rơi vào 6 giờ sáng và 17 giờ, trùng với giờ đi bộ của người dân, \
             nên các trạm được lùi vào trong vỉa hè để nhường lối đi.",
        ],
    },
    Article {
        slug: "dam-chuon-mua-ca",
        title: "Đầm Chuồn vào mùa cá, chợ nổi họp từ ba giờ sáng",
        category: "Đời sống",
        author: "Nguyên Phương",
        age_minutes: 1_020,
        picture: "Nò sáo trên đầm phá lúc bình minh",
        paragraphs: &[
            "Khi trời còn tối, hàng chục chiếc thuyền đã tụ về giữa đầm, đèn măng-sông hắt xuống mặt nước. Cá kình, cá \
             dìa, tôm đất chuyển từ thuyền này sang thuyền khác trong tiếng trả giá rất khẽ.",
            "Năm nay nước lợ giữ được lâu, cá về nhiều hơn năm ngoái. Một nò sáo trúng có thể cho hai chục ký mỗi đêm.",
            "Chợ tan trước khi mặt trời lên, nhường mặt đầm cho thuyền chở khách đi ngắm bình minh.",
        ],
    },
];

pub(super) const LAO_CAI: &[Article] = &[
    Article {
        slug: "bang-gia-dinh-nui-cao",
        title: "Sương muối trên núi cao, bà con che ấm cho đàn trâu",
        category: "Nông nghiệp",
        author: "Giàng Mai",
        age_minutes: 8,
        picture: "Nương ngô phủ sương trắng trên sườn núi",
        paragraphs: &[
            "Rạng sáng nay, nhiệt độ ở các thôn trên 1.500 mét xuống dưới 3 độ C, sương muối phủ trắng nương ngô và \
             mái nhà.",
            "Từ đêm qua, bà con đã quây bạt chuồng trại, cho trâu ăn cháo ngô ấm có muối và giữ bếp than cách chuồng \
             một khoảng an toàn.",
            "Xã đề nghị các hộ đưa gia súc thả rông về chuồng trước 16 giờ cho đến hết đợt rét.",
        ],
    },
    Article {
        slug: "che-shan-tuyet-duoc-gia",
        title: "Chè shan tuyết cổ thụ được giá nhờ truy xuất từng gốc",
        category: "Kinh tế",
        author: "Đức Thịnh",
        age_minutes: 400,
        picture: "Gốc chè cổ thụ phủ rêu trắng",
        paragraphs: &[
            "Mỗi gốc chè cổ thụ ở vùng cao mang một tấm biển nhỏ ghi tuổi cây và tên nhà chăm sóc; người mua quét mã \
             là xem được lịch hái của từng năm.",
            "Nhờ đó, giá búp tươi vụ này cao gấp rưỡi năm ngoái. Hợp tác xã giữ lại một phần tiền để thuê người trông \
             cây và trồng dặm bằng hạt của chính những gốc mẹ.",
        ],
    },
    Article {
        slug: "lop-hoc-ben-suoi",
        title: "Điểm trường bên suối có điện mặt trời",
        category: "Giáo dục",
        author: "Giàng Mai",
        age_minutes: 2_000,
        picture: "Mái trường lợp tấm pin giữa thung lũng",
        paragraphs: &[
            "Hai mươi bốn tấm pin đặt trên mái điểm trường cho đủ điện thắp sáng bốn lớp học và chạy một tủ lạnh nhỏ \
             của bếp bán trú.",
            "Cô giáo cắm bản cho biết buổi tối các em có thể ngồi lại đọc sách đến tám giờ, điều trước đây chỉ làm \
             được vào những đêm trăng.",
        ],
    },
];

pub(super) const DONG_THAP: &[Article] = &[
    Article {
        slug: "sa-dec-xuong-giong-hoa-tet",
        title: "Sa Đéc xuống giống hoa Tết, thêm nhiều màu cúc mâm xôi",
        category: "Nông nghiệp",
        author: "Ngọc Lan",
        age_minutes: 33,
        picture: "Giàn hoa trên mặt nước ở làng hoa",
        paragraphs: &[
            "Nhà vườn làng hoa Sa Đéc đã xuống giống hơn hai phần ba số giỏ dự kiến cho vụ Tết, trong đó cúc mâm xôi \
             có thêm màu hồng phấn và cam đất.",
            "Năm nay nước rút chậm, nhiều hộ phải kê giàn cao thêm hai tấc. Giá phân bón giảm nhẹ giúp chi phí mỗi giỏ \
             gần như không đổi.",
            "Thương lái đã đặt cọc khoảng một phần ba sản lượng, chủ yếu đưa về các chợ hoa lớn ở miền Đông.",
        ],
    },
    Article {
        slug: "seu-dau-ve-tram-chim",
        title: "Tràm Chim trả lại đồng cỏ năng đón sếu",
        category: "Môi trường",
        author: "Hoài Nam",
        age_minutes: 620,
        picture: "Đồng cỏ năng mùa nước rút",
        paragraphs: &[
            "Mực nước trong các phân khu được hạ dần theo mùa thay vì giữ cao quanh năm, để củ năng phát triển trở lại.",
            "Sau hai mùa, diện tích cỏ năng tăng thêm 180 héc-ta. Cán bộ vườn đi tuần bằng xuồng chống sào, không nổ \
             máy ở vùng lõi.",
        ],
    },
];

pub(super) const GIA_LAI: &[Article] = &[Article {
    slug: "ca-phe-vao-vu-hai",
    title: "Cà phê vào vụ hái, buôn làng đổi công cho nhau",
    category: "Nông nghiệp",
    author: "Kpă Linh",
    age_minutes: 90,
    picture: "Rẫy cà phê chín đỏ",
    paragraphs: &[
        "Vụ hái năm nay đến sớm hơn một tuần. Thiếu người làm, các nhà trong buôn đổi công: hôm nay cả nhóm hái cho nhà \
         này, ngày mai sang nhà khác.",
        "Cà phê được khuyến khích hái khi trên tám phần mười số quả đã chín để giữ giá.",
    ],
}];
