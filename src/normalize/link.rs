//! Addresses: absolute, and in a form in which two spellings of one address are equal.

use url::Url;

/// The longest address kept, in bytes. Longer ones are `data:` in disguise or a fault.
const LENGTH_MAX: usize = 4096;

/// Query parameters that say where a reader came from or in which session, not what the page is. Others stay: on
/// ASP.NET sites the query *is* the identity.
const TRACKING: [&str; 24] = [
    "fbclid",
    "gclid",
    "gbraid",
    "wbraid",
    "gclsrc",
    "dclid",
    "msclkid",
    "zarsrc",
    "zclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "_ga",
    "_gl",
    "yclid",
    "ttclid",
    "twclid",
    "srsltid",
    "_hsenc",
    "_hsmi",
    "mkt_tok",
    "phpsessid",
    "jsessionid",
    "aspsessionid",
];

/// A session in the path of a Java portal: `/tin/1.html;jsessionid=0A1B`.
const PATH_SESSION: &str = ";jsessionid=";

/// The absolute form of an address found in a document; `None` unless it is http or https.
pub(super) fn resolve(address: &str, base: &Url) -> Option<Url> {
    let address = address.trim();
    if address.is_empty() || address.len() > LENGTH_MAX {
        return None;
    }
    let mut url = base.join(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    // Credentials in an address never reach a reader; setting them fails only for addresses without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url)
}

/// One spelling for all addresses that are surely the same: http and https, default port, fragment, trailing slash,
/// letter case of escapes (RFC 3986 §6.2.2.1), session ids and known tracking parameters make no difference.
pub(super) fn canonical(url: &Url) -> String {
    let port = url.port().filter(|port| !matches!(port, 80 | 443)).map(|port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    let path = url.path();
    let session = path.to_ascii_lowercase().find(PATH_SESSION).unwrap_or(path.len());
    let path = path[..session].trim_end_matches('/');
    let mut canonical = format!("//{host}{}{path}", port.unwrap_or_default());
    let mut separator = '?';
    for pair in
        url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair))
    {
        canonical.push(separator);
        canonical.push_str(pair);
        separator = '&';
    }
    with_upper_escapes(canonical)
}

fn with_upper_escapes(mut address: String) -> String {
    let escapes: Vec<usize> = address.match_indices('%').map(|(place, _)| place + 1).collect();
    for place in escapes {
        if let Some(digits) = address.get_mut(place..place + 2) {
            digits.make_ascii_uppercase();
        }
    }
    address
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("utm_") || TRACKING.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_have_one_spelling() {
        let table = [
            ("http://a.vn/tin/1.html", "//a.vn/tin/1.html"),
            ("https://A.vn:443/tin/1.html#binh-luan", "//a.vn/tin/1.html"),
            ("https://a.vn/tin/", "//a.vn/tin"),
            ("https://a.vn", "//a.vn"),
            ("https://a.vn:7978/tin", "//a.vn:7978/tin"),
            ("https://a.vn/v.aspx?macm=39&mabb=222823", "//a.vn/v.aspx?macm=39&mabb=222823"),
            ("https://a.vn/1?utm_source=rss&id=5&fbclid=x", "//a.vn/1?id=5"),
            ("https://a.vn/1?UTM_Source=rss", "//a.vn/1"),
            ("https://a.vn/tin/?fbclid=x", "//a.vn/tin"),
            ("https://a.vn/tin/1;jsessionid=0A1B.node2", "//a.vn/tin/1"),
            ("https://a.vn/1?id=5&PHPSESSID=0a1b", "//a.vn/1?id=5"),
            ("https://a.vn/lũ", "//a.vn/l%C5%A9"),
            ("https://a.vn/l%c5%a9?q=%c5%a9&r=%", "//a.vn/l%C5%A9?q=%C5%A9&r=%"),
            ("https://a.vn/1?id=6", "//a.vn/1?id=6"),
            ("https://a.vn/Tin?ref=rss", "//a.vn/Tin?ref=rss"),
        ];
        for (address, wanted) in table {
            assert_eq!(canonical(&Url::parse(address).unwrap()), wanted, "{address}");
        }
    }

    #[test]
    fn only_web_addresses_are_kept() {
        let base = Url::parse("https://a.vn/b/c").unwrap();
        let kept = |address| resolve(address, &base).map(String::from);
        assert_eq!(kept(" /tin ").as_deref(), Some("https://a.vn/tin"));
        assert_eq!(kept("d").as_deref(), Some("https://a.vn/b/d"));
        assert_eq!(kept("https://u:p@a.vn/x").as_deref(), Some("https://a.vn/x"));
        for refused in
            ["", "javascript:alert(1)", "mailto:a@b.vn", "data:text/html,x", "https://", "ftp://a.vn/"]
        {
            assert_eq!(kept(refused), None, "{refused}");
        }
    }
}
