//! Entries as provincial papers write them, some 1.5 KB each, and a store that holds them.

use std::{fmt::Write as _, path::Path, time::Duration};

use tintinh::{
    app::clock,
    model::{Changes, Commit, NewEntry, SourceId, SourceState, Timestamp},
    store::{Engine, SledEngine},
};

use crate::{Failed, dice::Dice, entry};

/// Entries that a poll brings.
const PER_COMMIT: usize = 30;
/// Syllables of newspapers, the frequent ones first.
const SYLLABLES: &str = "và của các có là được trong cho với không một người đã đến năm ngày công tỉnh nhân thành dân \
    việc xã từ phát triển về sản hội tại ra này những khi địa phương trên đầu nước huyện vào sẽ ban đồng thực hiện \
    chính kinh tế quản cao nhà cơ sở tổ chức phố hóa văn giáo dục đường quốc gia hợp tác xây dựng sông trường học \
    sinh mới chủ tịch bộ phòng chống thiên tai lũ mưa lớn sạt lở vùng núi biển đảo tàu cá ngư lúa vụ mùa đông xuân \
    giá thị du lịch lễ khách doanh nghiệp hàng triệu đô thị giao thông an toàn trật tự bệnh viện y bảo hiểm thu \
    ngân sách đất rừng môi số điện tử chuyển đổi hành kiểm tra xử lý vi phạm pháp luật toà án công an quân đội chiến";

/// The name of a source.
pub fn source(number: usize) -> String {
    format!("nguon-{number}")
}

/// A new store at this path with so many entries, of all sources in turn, a minute apart until now.
pub fn fill(path: &Path, sources: usize, entries: usize) -> Result<(), Failed> {
    let engine = SledEngine::open(path)?;
    let now = clock::now();
    let mut dice = Dice(7);
    for (poll, first) in (0..entries).step_by(PER_COMMIT).enumerate() {
        let count = PER_COMMIT.min(entries - first);
        let at = now - Duration::from_mins(1) * u32::try_from(entries - first)?;
        let inserted = (first..first + count).map(|number| new(&mut dice, number, at)).collect();
        let changes = Changes { inserted, listed: Some(vec![]), ..Changes::default() };
        let source = SourceId::new(&source(poll % sources)).ok_or("an id of letters and digits")?;
        engine.apply(&Commit { source, at, changes, state: SourceState::default(), durable: false })?;
        // As a group of commits does.
        if poll % 16 == 0 {
            engine.sync()?;
        }
    }
    Ok(engine.sync()?)
}

fn new(dice: &mut Dice, number: usize, at: Timestamp) -> NewEntry {
    let image = format!("https://anh.bao.example/{}/{number}.jpg", dice.below(1_000_000));
    let title = sentence(dice, 8, 9);
    let mut summary = format!("<p><img src=\"{image}\" alt=\"{title}\"></p>");
    for _ in 0..=dice.below(5) {
        // Writing to a String does not fail.
        let _ = write!(summary, "<p>{}.</p>", sentence(dice, 25, 40));
    }
    entry::new(number as u64, title, summary, image, at)
}

/// So many syllables or some more; of two that are drawn the more frequent one, as in any language.
fn sentence(dice: &mut Dice, least: usize, more: usize) -> String {
    let syllables: Vec<&str> = SYLLABLES.split_whitespace().collect();
    let count = least + dice.below(more);
    let mut draw = || syllables[dice.below(syllables.len()).min(dice.below(syllables.len()))];
    (0..count).map(|_| draw()).collect::<Vec<_>>().join(" ")
}
