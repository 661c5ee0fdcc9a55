//! The 34 provinces of 2025-07-01 (Resolution 202/2025/QH15), and the ones they were made from.

use std::fmt;

/// A province or city of Vietnam, named by the slug it has since 2025-07-01.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Province(usize);

struct Row {
    slug: &'static str,
    name: &'static str,
    former: &'static [&'static str],
}

impl Province {
    /// The province of this slug; the slug of a province merged away in 2025 finds the one it went into.
    #[must_use]
    pub fn find(slug: &str) -> Option<Self> {
        PROVINCES.iter().position(|row| row.slug == slug || row.former.contains(&slug)).map(Province)
    }

    /// The address of today for one, below the root of the readers' listener, that names a province by a slug of before
    /// 2025-07-01: `provinces/nam-dinh/archive/3.xml` is `provinces/ninh-binh/archive/3.xml` now. `None` where it names none.
    #[must_use]
    pub fn readdressed(path: &str) -> Option<String> {
        let rest = path.strip_prefix("provinces/")?;
        let (slug, tail) = rest.split_at(rest.find(['/', '.']).unwrap_or(rest.len()));
        let today = Self::find(slug)?.slug();
        (today != slug).then(|| format!("provinces/{today}{tail}"))
    }

    /// Every slug that `find` knows, those of today before the former ones.
    pub fn slugs() -> impl Iterator<Item = &'static str> {
        let today = PROVINCES.iter().map(|row| row.slug);
        today.chain(PROVINCES.iter().flat_map(|row| row.former.iter().copied()))
    }

    /// All 34, in the order of the resolution.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..PROVINCES.len()).map(Province)
    }

    /// The part of an address that names it: `ninh-binh`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        PROVINCES[self.0].slug
    }

    /// Its name in Vietnamese: `Ninh Bình`.
    #[must_use]
    pub fn name(self) -> &'static str {
        PROVINCES[self.0].name
    }
}

impl fmt::Debug for Province {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.slug())
    }
}

#[rustfmt::skip]
const PROVINCES: &[Row] = &[
    Row { slug: "ha-noi", name: "Hà Nội", former: &[] },
    Row { slug: "hue", name: "Huế", former: &["thua-thien-hue"] },
    Row { slug: "lai-chau", name: "Lai Châu", former: &[] },
    Row { slug: "dien-bien", name: "Điện Biên", former: &[] },
    Row { slug: "son-la", name: "Sơn La", former: &[] },
    Row { slug: "lang-son", name: "Lạng Sơn", former: &[] },
    Row { slug: "quang-ninh", name: "Quảng Ninh", former: &[] },
    Row { slug: "thanh-hoa", name: "Thanh Hóa", former: &[] },
    Row { slug: "nghe-an", name: "Nghệ An", former: &[] },
    Row { slug: "ha-tinh", name: "Hà Tĩnh", former: &[] },
    Row { slug: "cao-bang", name: "Cao Bằng", former: &[] },
    Row { slug: "tuyen-quang", name: "Tuyên Quang", former: &["ha-giang"] },
    Row { slug: "lao-cai", name: "Lào Cai", former: &["yen-bai"] },
    Row { slug: "thai-nguyen", name: "Thái Nguyên", former: &["bac-kan"] },
    Row { slug: "phu-tho", name: "Phú Thọ", former: &["vinh-phuc", "hoa-binh"] },
    Row { slug: "bac-ninh", name: "Bắc Ninh", former: &["bac-giang"] },
    Row { slug: "hung-yen", name: "Hưng Yên", former: &["thai-binh"] },
    Row { slug: "hai-phong", name: "Hải Phòng", former: &["hai-duong"] },
    Row { slug: "ninh-binh", name: "Ninh Bình", former: &["ha-nam", "nam-dinh"] },
    Row { slug: "quang-tri", name: "Quảng Trị", former: &["quang-binh"] },
    Row { slug: "da-nang", name: "Đà Nẵng", former: &["quang-nam"] },
    Row { slug: "quang-ngai", name: "Quảng Ngãi", former: &["kon-tum"] },
    Row { slug: "gia-lai", name: "Gia Lai", former: &["binh-dinh"] },
    Row { slug: "khanh-hoa", name: "Khánh Hòa", former: &["ninh-thuan"] },
    Row { slug: "lam-dong", name: "Lâm Đồng", former: &["dak-nong", "binh-thuan"] },
    Row { slug: "dak-lak", name: "Đắk Lắk", former: &["phu-yen"] },
    Row { slug: "ho-chi-minh", name: "Hồ Chí Minh", former: &["binh-duong", "ba-ria-vung-tau"] },
    Row { slug: "dong-nai", name: "Đồng Nai", former: &["binh-phuoc"] },
    Row { slug: "tay-ninh", name: "Tây Ninh", former: &["long-an"] },
    Row { slug: "can-tho", name: "Cần Thơ", former: &["soc-trang", "hau-giang"] },
    Row { slug: "vinh-long", name: "Vĩnh Long", former: &["ben-tre", "tra-vinh"] },
    Row { slug: "dong-thap", name: "Đồng Tháp", former: &["tien-giang"] },
    Row { slug: "ca-mau", name: "Cà Mau", former: &["bac-lieu"] },
    Row { slug: "an-giang", name: "An Giang", former: &["kien-giang"] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_34_provinces_made_from_63() {
        assert_eq!(Province::all().count(), 34);
        // Hue is the one renamed without a merger, so it lists its former self beside itself.
        let former: usize = PROVINCES.iter().map(|row| row.former.len()).sum();
        assert_eq!(34 + former - 1, 63);
    }

    #[test]
    fn a_former_slug_finds_the_province_of_today() {
        assert_eq!(Province::find("nam-dinh").map(Province::name), Some("Ninh Bình"));
        assert_eq!(Province::find("ninh-binh").map(Province::slug), Some("ninh-binh"));
        assert_eq!(Province::find("sai-gon"), None);
    }
    #[test]
    fn addresses_of_former_provinces_lead_to_those_of_today() {
        let table = [
            ("provinces/nam-dinh.xml", Some("provinces/ninh-binh.xml")),
            ("provinces/thua-thien-hue.atom", Some("provinces/hue.atom")),
            ("provinces/ba-ria-vung-tau.json", Some("provinces/ho-chi-minh.json")),
            ("provinces/ha-nam/archive/12.xml", Some("provinces/ninh-binh/archive/12.xml")),
            ("provinces/ha-nam", Some("provinces/ninh-binh")),
            ("provinces/ninh-binh.xml", None),
            ("provinces/sai-gon.xml", None),
            ("provinces/", None),
            ("sources/nam-dinh.xml", None),
            ("/provinces/nam-dinh.xml", None),
        ];
        for (path, today) in table {
            assert_eq!(Province::readdressed(path).as_deref(), today, "{path}");
        }
    }
}
