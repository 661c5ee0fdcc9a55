//! The publisher that never rests: short bulletins, one every few seconds. Pure: a number and the start make a bulletin.

use std::time::Duration;

use crate::model::Timestamp;

/// A new one comes as often.
pub(super) const EVERY: Duration = Duration::from_secs(5);
/// So many are there at the start.
const AT_START: u64 = 3;
/// The document lists so many, the newest.
const LISTED: u64 = 20;

/// One bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bulletin {
    /// Counts from 1.
    pub number: u64,
    pub title: String,
    pub text: String,
    pub at: Timestamp,
}

/// The bulletins that the document lists at `now`, newest first.
pub(super) fn listed(start: Timestamp, now: Timestamp) -> Vec<Bulletin> {
    let elapsed = (now - start).to_std().unwrap_or_default();
    let newest = AT_START + elapsed.as_secs() / EVERY.as_secs();
    let oldest = newest.saturating_sub(LISTED - 1).max(1);
    (oldest..=newest).rev().map(|number| bulletin(start, number)).collect()
}

fn bulletin(start: Timestamp, number: u64) -> Bulletin {
    let seconds = (i64::try_from(number).unwrap_or(i64::MAX)).saturating_sub(AT_START.cast_signed());
    let after = chrono::TimeDelta::try_seconds(seconds.saturating_mul(EVERY.as_secs().cast_signed()));
    let at = after.and_then(|after| start.checked_add_signed(after)).unwrap_or(start);
    let time = at.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).format("%H:%M:%S");
    // Numbers that go up and down a little, as measured ones do.
    let sway = number * 7 % 11;
    let (title, text) = match number % 4 {
        0 => (
            format!("Mực nước sông Tiền tại Tân Châu lúc {time}: 3,{:02} m", 40 + sway),
            format!(
                "Trạm Tân Châu ghi nhận mực nước 3,{:02} mét, dưới báo động I. Dự báo trong sáu giờ tới, nước \
                 {} chậm theo triều.",
                40 + sway,
                if sway < 5 { "lên" } else { "xuống" }
            ),
        ),
        1 => (
            format!("Phà An Hòa: {} xe chờ mỗi bờ lúc {time}", 6 + sway),
            format!(
                "Bến phà hoạt động bình thường với {} phà. Thời gian chờ trung bình khoảng {} phút.",
                3 + sway % 3,
                4 + sway / 2
            ),
        ),
        2 => (
            format!("Giá lúa tươi tại ruộng lúc {time}: {}.{}00 đồng/kg", 6, sway % 10),
            format!(
                "Thương lái thu mua lúa tươi tại ruộng 6.{}00 đồng/kg, {} so với bản tin trước.",
                sway % 10,
                if sway < 5 { "giảm nhẹ" } else { "tăng nhẹ" }
            ),
        ),
        _ => (
            format!("Độ mặn trên kênh Rạch Giá – Hà Tiên lúc {time}: 0,{sway:02} g/l"),
            format!(
                "Độ mặn đo được 0,{sway:02} gam/lít, trong ngưỡng cho phép lấy nước tưới. Các cống ngăn mặn tiếp tục \
                 vận hành theo lịch."
            ),
        ),
    };
    Bulletin { number, title, text, at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_one_comes_every_five_seconds_and_the_others_do_not_change() {
        let start: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
        let numbers = |seconds| -> Vec<u64> {
            let now = start + chrono::TimeDelta::seconds(seconds);
            listed(start, now).iter().map(|bulletin| bulletin.number).collect()
        };
        assert_eq!(numbers(0), [3, 2, 1]);
        assert_eq!(numbers(4), [3, 2, 1]);
        assert_eq!(numbers(5), [4, 3, 2, 1]);
        assert_eq!((numbers(3600).len(), numbers(3600)[0]), (20, 723));
        let later = listed(start, start + chrono::TimeDelta::seconds(5));
        assert_eq!(listed(start, start), later[1..]);
        assert_eq!((later[0].at - later[1].at).num_seconds(), 5);
    }
}
