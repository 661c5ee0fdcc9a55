//! What RFC 9112 wants of a request beyond what hyper looks at: that it says once, and rightly, whom it asks, and asks for
//! something that can be. Where two servers in a row could read a request differently, another may hide in it.

use axum::http::{HeaderMap, Method, Version, header};

use super::Asked;

/// What is wrong with the request (RFC 9112 §3.2, §7.2), in a sentence.
pub(super) fn fault(request: &Asked) -> Option<&'static str> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    if second.is_some() || first.is_some_and(|host| !is_host(host.as_bytes())) {
        return Some("The Host header must name one host.\n");
    }
    if first.is_none() && request.version() == Version::HTTP_11 {
        return Some("A request by HTTP/1.1 must have a Host header.\n");
    }
    let is_of_no_path = *request.method() == Method::OPTIONS || *request.method() == Method::CONNECT;
    (!is_of_no_path && !request.uri().path().starts_with('/'))
        .then_some("What is asked for must be a path, or an address.\n")
}

/// Whether nothing that follows on its connection may be believed to be a request. No client of ours sends its body in chunks;
/// who says a length besides wants two servers to disagree (RFC 9112 §6.1), and hyper hides that from us.
pub(super) fn is_last(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2); an empty one is one.
fn is_host(value: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(byte);
    let of_address = |byte: &u8| of_name(byte) || *byte == b':';
    let length = match value {
        [b'[', address @ ..] => match address.iter().position(|byte| *byte == b']') {
            Some(end) if address[..end].iter().all(of_address) => end + 2,
            _ => return false,
        },
        _ => value.iter().take_while(|byte| of_name(byte)).count(),
    };
    match &value[length..] {
        [] => true,
        [b':', port @ ..] => port.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        for host in
            ["", "a", "tin.example.vn", "a:80", "a:", "127.0.0.1:8080", "[::1]", "[::1]:80", "x_y", "%41"]
        {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in [
            "a b", "a/b", "a@b", "a:b", "a:80:80", "::1", "[::1", "[::1]a", "[a/b]", "a,\tb", "ộ", "a#b",
            "a?",
        ] {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }
}
