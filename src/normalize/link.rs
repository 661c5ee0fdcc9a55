//! Addresses: absolute, and in a form in which two spellings of one address are equal.

use url::Url;

/// The longest address kept, in bytes. Longer ones are `data:` in disguise or a fault.
const LENGTH_MAX: usize = 4096;

/// Query parameters that say where a reader came from or in which session, not what the page is. Others stay: on
/// ASP.NET sites the query *is* the identity.
const TRACKING: [&str; 25] = [
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
    // Set by ASP.NET once, to see whether cookies are taken.
    "aspxautodetectcookiesupport",
];

/// What Liferay adds to say how a portlet is shown, and where from; which article it shows is in `p_p_id`,
/// `_…_articleId` and their like, which stay.
const LIFERAY: [&str; 10] = [
    "p_p_state",
    "p_p_mode",
    "p_p_lifecycle",
    "p_p_cacheability",
    "p_p_col_id",
    "p_p_col_pos",
    "p_p_col_count",
    "p_p_auth",
    "p_auth",
    "inheritredirect",
];

/// What `SharePoint` adds on pages of its lists and libraries to find the way back.
const SHAREPOINT: [&str; 5] = ["source", "contenttypeid", "initialtabid", "visibilitycontext", "isdlg"];

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
    let path = without_cookieless(path[..session].trim_end_matches('/'));
    let mut canonical = format!("//{host}{}{path}", port.unwrap_or_default());
    let mut separator = '?';
    for pair in
        url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !says_nothing(pair, url))
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

/// Whether a parameter says nothing of what the page is: it tracks, or keeps a portal's state.
fn says_nothing(pair: &str, url: &Url) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.as_str();
    let query = || url.query().unwrap_or_default();
    // `_101_INSTANCE_x_redirect` is a portlet's; a bare `redirect` is one only beside a portlet.
    let is_return = || name.ends_with("_redirect") || name.ends_with("_backurl");
    let is_liferay = LIFERAY.contains(&name)
        || (name.starts_with('_') && is_return())
        || (name == "redirect" && query().contains("p_p_id="));
    let is_sharepoint = || {
        let path = url.path().to_ascii_lowercase();
        path.rsplit_once('.').is_some_and(|(_, ending)| ending == "aspx")
            && ["/lists/", "/_layouts/", "/forms/"].iter().any(|sign| path.contains(sign))
    };
    name.starts_with("utm_")
        || TRACKING.contains(&name)
        || is_liferay
        || (SHAREPOINT.contains(&name) && is_sharepoint())
}

/// The path without the segment in which ASP.NET keeps a session where there is no cookie: `/(S(0a1b))/`.
fn without_cookieless(path: &str) -> String {
    let is_session = |segment: &&str| {
        let inner = segment.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
        let mut parts = inner.split_inclusive(')').peekable();
        parts.peek().is_some()
            && parts.all(|part| {
                let mut letters = part.chars();
                letters.next().is_some_and(|it| matches!(it, 'A' | 'F' | 'S' | 'X'))
                    && letters.next() == Some('(')
                    && part.ends_with(')')
            })
    };
    if !path.contains("/(") {
        return path.to_owned();
    }
    path.split('/').filter(|segment| !is_session(segment)).collect::<Vec<_>>().join("/")
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
            ("https://a.vn/(S(0a1bxyz))/tin.aspx?id=6", "//a.vn/tin.aspx?id=6"),
            ("https://a.vn/tin/(X(1)S(0a1b)F(c))/1.aspx", "//a.vn/tin/1.aspx"),
            ("https://a.vn/tin/(1)/(a)/(S1)/x", "//a.vn/tin/(1)/(a)/(S1)/x"),
            ("https://a.vn/1.aspx?AspxAutoDetectCookieSupport=1", "//a.vn/1.aspx"),
            (
                "https://a.vn/tin?p_p_id=56_INSTANCE_x&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&\
                 p_p_col_id=column-2&p_p_col_count=1&_56_INSTANCE_x_articleId=123&_56_INSTANCE_x_redirect=%2Ftin",
                "//a.vn/tin?p_p_id=56_INSTANCE_x&_56_INSTANCE_x_articleId=123",
            ),
            (
                "https://a.vn/-/asset_publisher/ab/content/lu?redirect=%2F&inheritRedirect=false&p_p_auth=x",
                "//a.vn/-/asset_publisher/ab/content/lu?redirect=%2F",
            ),
            ("https://a.vn/x?p_p_id=1&redirect=%2F", "//a.vn/x?p_p_id=1"),
            (
                "https://a.vn/Lists/Tin/DispForm.aspx?ID=12&Source=https%3A%2F%2Fa.vn&ContentTypeId=0x01",
                "//a.vn/Lists/Tin/DispForm.aspx?ID=12",
            ),
            ("https://a.vn/tin.aspx?source=5", "//a.vn/tin.aspx?source=5"),
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
