//! What an admin may do about a source, by its state, and nothing else: a new state is one arm here.

use crate::{
    http::language::Language,
    model::{Source, SourceState, State},
};

/// In one or two sentences; none where there is nothing to do.
pub(super) fn advice(source: &Source, state: &SourceState, language: Language) -> Option<&'static str> {
    if !source.enabled {
        return Some(language.pick(
            "Nguồn này đang tắt. Bỏ dòng enabled = false trong feeds.toml để thu thập lại.",
            "This source is switched off. Take enabled = false out of feeds.toml to have it polled again.",
        ));
    }
    let (vietnamese, english) = of_state(state.state)?;
    Some(language.pick(vietnamese, english))
}

fn of_state(state: State) -> Option<(&'static str, &'static str)> {
    on_our_side(state).or_else(|| on_their_side(state))
}

/// Where the cause is here: time, our network, our settings, ourselves.
fn on_our_side(state: State) -> Option<(&'static str, &'static str)> {
    let words = match state {
        State::New => {
            ("Chưa đến lượt thu thập lần đầu: chỉ cần chờ.", "Its first poll has not had its turn yet: wait.")
        }
        State::Offline => (
            "Không kết nối được với bất kỳ ai: hãy kiểm tra mạng và DNS của chính máy này.",
            "Nobody at all can be reached: check this machine's own network and DNS.",
        ),
        State::TooMuch => (
            "Vượt giới hạn: nếu nguồn thật sự lớn như vậy, hãy tăng max_body hoặc total_timeout; nếu là chuyển hướng vòng \
             tròn, hãy sửa url.",
            "It went past a limit: if the feed really is so large, raise max_body or total_timeout; if it redirects in \
             circles, change url.",
        ),
        State::Forbidden => (
            "Địa chỉ dẫn vào mạng nội bộ. Nếu đúng là ý của bạn, hãy thêm mạng đó vào [network] allow và khởi động lại.",
            "The address leads into a private network. If you want that, name the network in [network] allow, and restart.",
        ),
        State::Internal => (
            "Lỗi ở phía tintinh, không phải ở nguồn: xem nhật ký, dung lượng đĩa, và trang tình trạng.",
            "The fault is tintinh's, not the source's: see the log, the room on the disk, and the status page.",
        ),
        _ => return None,
    };
    Some(words)
}

/// Where the cause is at the publisher.
fn on_their_side(state: State) -> Option<(&'static str, &'static str)> {
    let words = match state {
        State::Silent => (
            "Máy chủ vẫn trả lời nhưng lâu rồi không có bài mới. Mở trang web của nguồn: nếu ở đó có bài mới hơn, \
             địa chỉ nguồn cấp có lẽ đã đổi.",
            "Its server answers, but nothing new has come for long. Open its site: if there is newer news there, \
             the feed has probably moved to another address.",
        ),
        State::Unreachable => (
            "Thử mở địa chỉ bằng trình duyệt. Nếu trình duyệt mở được, hãy thử từ chính máy này (curl): có thể máy chủ \
             chặn địa chỉ nước ngoài, hoặc chứng chỉ thiếu mắt xích (ca_file). Nếu không, hãy chờ: nguồn vẫn được hỏi lại.",
            "Open the address in a browser. If it opens there, try from this machine (curl): the server may refuse foreign \
             addresses, or send an incomplete chain of certificates (ca_file). If not, wait: it is asked again and again.",
        ),
        State::Refused => (
            "Đọc câu trả lời của máy chủ ở trên. 401 và 403: có thể cần user_agent, headers hoặc credentials_file; 5xx: \
             thường tự hết.",
            "Read the server's words above. 401 and 403: it may want a user_agent, headers or a credentials_file; 5xx \
             usually passes by itself.",
        ),
        State::Throttled => (
            "Máy chủ muốn được hỏi thưa hơn, và đã được hỏi thưa hơn. Nếu cứ lặp lại, hãy tăng min_interval hoặc \
             host_delay.",
            "Its server wants to be asked less often, and is. If it goes on, raise min_interval or host_delay.",
        ),
        State::Unavailable => (
            "Máy chủ nói là tạm ngừng: hãy chờ, nguồn vẫn được hỏi lại.",
            "Its server says that it is out of service for now: wait, it is asked again.",
        ),
        State::Missing | State::Gone => (
            "Nguồn cấp không còn ở địa chỉ này. Tìm địa chỉ mới trên trang web của nguồn (tintinh preview <trang> kể ra các \
             nguồn cấp của một trang) và sửa url; mã nguồn giữ nguyên thì bài cũ không lặp lại.",
            "The feed is not at this address any more. Look for the new one on its site (tintinh preview <page> names the \
             feeds of a page) and change url; as long as the id stays, no entry comes twice.",
        ),
        State::Unreadable => (
            "Máy chủ trả lời một thứ không phải nguồn cấp. Chạy tintinh preview với địa chỉ để xem đó là gì: trang \
             đăng nhập, trang báo lỗi, hay danh sách đã đổi cấu trúc ([feeds.page]).",
            "What came is no feed. Run tintinh preview on the address to see what it is: a login page, an error page, or a \
             list whose markup has changed ([feeds.page]).",
        ),
        _ => return None,
    };
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_advice_for_every_state_but_the_good_one() {
        let without: Vec<State> = State::ALL.into_iter().filter(|state| of_state(*state).is_none()).collect();
        assert_eq!(without, [State::Ok]);
    }
}
