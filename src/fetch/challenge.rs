//! Recognises the page by which some hosts (VNPT's, in front of laodong.vn for one) tell browsers from others: a few
//! lines of script that set a cookie and load the page again. Pure; runs no script: a cookie that a script computes is
//! not recognised. Decides nothing about sending it back.

use url::Url;

use super::head::is_trusted;

/// The longest such page, in bytes. Those seen have 200 to 700; a site's own page that sets cookies has far more.
const PAGE_MAX: usize = 8 << 10;
/// The longest name and value sent back, in bytes.
const NAME_MAX: usize = 128;
const VALUE_MAX: usize = 1024;

/// A cookie that a page's script sets, to be sent back to where it came from and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cookie {
    from: Url,
    name: String,
    value: String,
}

impl Cookie {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// `NAME=VALUE` where this address may see it.
    pub(super) fn value_for(&self, hop: &Url) -> Option<String> {
        is_trusted(&self.from, hop).then(|| format!("{}={}", self.name, self.value))
    }
}

/// The cookie that this body, found at `url`, wants to be seen before it gives way to another; none where it is
/// anything else.
pub(super) fn read(body: &[u8], url: &Url) -> Option<Cookie> {
    if body.len() > PAGE_MAX {
        return None;
    }
    let page = std::str::from_utf8(body).ok()?;
    let begins = page.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let is_html = ["<html", "<!doctype html", "<script", "<head", "<body", "<meta", "<noscript"]
        .iter()
        .any(|tag| begins.starts_with(tag));
    if !is_html || !begins.contains("<script") || !reloads(page, url) {
        return None;
    }
    let (_, assigned) = page.split_once("document.cookie")?;
    let written = text(assigned.trim_start().strip_prefix('=')?)?;
    let (name, value) = written.split(';').next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let named = (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(is_token);
    let valued = (1..=VALUE_MAX).contains(&value.len()) && value.bytes().all(is_cookie_octet);
    (named && valued).then(|| Cookie { from: url.clone(), name: name.to_owned(), value: value.to_owned() })
}

/// The text that an expression begins with: quoted pieces, joined by `+`, up to the first `;` within. None where
/// anything but quoted pieces has a part in it.
fn text(mut expression: &str) -> Option<String> {
    let mut text = String::new();
    loop {
        let quote =
            expression.trim_start().chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
        let (piece, rest) = expression.trim_start()[1..].split_once(quote)?;
        if piece.contains(['\\', '$', '\n']) {
            return None;
        }
        text.push_str(piece);
        // What follows says how long the cookie lasts and where it holds; that may well be computed.
        let joined = rest.trim_start().strip_prefix('+');
        match joined {
            Some(next) if !text.contains(';') => expression = next,
            Some(_) | None => return Some(text),
        }
    }
}

/// Whether a script loads the page again that it stands in.
fn reloads(page: &str, url: &Url) -> bool {
    let targets = page.match_indices("location").map(|(at, word)| page[at + word.len()..].trim_start());
    let mut targets = targets.map(|rest| rest.strip_prefix(".href").unwrap_or(rest).trim_start());
    targets.any(|rest| {
        if rest.starts_with(".reload") {
            return true;
        }
        let called = [".replace", ".assign"].iter().find_map(|name| rest.strip_prefix(name));
        let target = match called {
            Some(rest) => rest.trim_start().strip_prefix('('),
            None => rest.strip_prefix('=').filter(|rest| !rest.starts_with('=')),
        };
        target.is_some_and(|target| is_same_page(target.trim_start(), url))
    })
}

/// Whether an expression names the page at `url`: by `location`, or in quotes.
fn is_same_page(expression: &str, url: &Url) -> bool {
    let own = ["location", "window.location", "document.location", "self.location", "document.URL"];
    if own.iter().any(|own| expression.starts_with(own)) {
        return true;
    }
    let Some(Ok(mut target)) = text(expression).map(|target| url.join(&target)) else { return false };
    let mut page = url.clone();
    target.set_fragment(None);
    page.set_fragment(None);
    target == page
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// RFC 6265 §4.1.1: visible ASCII but for what parts cookies.
fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(page: &str) -> Option<String> {
        let url = Url::parse("https://bao.example/rss/home.rss?x=1").unwrap();
        read(page.as_bytes(), &url).and_then(|cookie| cookie.value_for(&url))
    }

    fn script(script: &str) -> String {
        format!("<html><body><script>\n{script}\n</script></body></html>")
    }

    #[test]
    fn a_page_that_sets_a_cookie_and_loads_itself_again_is_recognised_however_it_is_written() {
        let table = [
            r#"document.cookie="D1N=f28"+"; expires=Fri, 31 Dec 2099 23:59:59 GMT; path=/"; window.location.reload(true);"#,
            "document.cookie = 'D1N=f28; path=/'; location.reload();",
            "document.cookie=\"D1N=\" + 'f2' + \"8\";location.reload()",
            "document.cookie='D1N=f28;max-age='+60*60;location.href=location.href",
            "document.cookie='D1N=f28';\nwindow.location.href = window.location.href;",
            "document.cookie='D1N=f28';location.replace(location.href);",
            "document.cookie='D1N=f28';location.replace('/rss/home.rss?x=1');",
            "document.cookie='D1N=f28';location.assign(\"https://bao.example/rss/home.rss?x=1#\");",
            "document.cookie='D1N=f28';document.location = document.URL;",
            "document.cookie='D1N=f28';location='?x=1'",
            "setTimeout(function(){document.cookie=`D1N=f28`;location.reload()},100)",
        ];
        for text in table {
            assert_eq!(cookie(&script(text)).as_deref(), Some("D1N=f28"), "{text}");
        }
        let bare = "\u{feff}<SCRIPT>document.cookie='a=b';location.reload()</SCRIPT>";
        assert_eq!(cookie(bare).as_deref(), Some("a=b"));
    }

    #[test]
    fn any_other_page_is_not() {
        let long = "x".repeat(PAGE_MAX);
        let table = [
            String::new(),
            script("location.reload()"),
            script("document.cookie='D1N=f28'"),
            script("document.cookie='D1N=f28';location.href='/login'"),
            script("document.cookie='D1N=f28';if (location.href=='/rss') stop()"),
            script("document.cookie='D1N='+hash(7)+';path=/';location.reload()"),
            script("document.cookie='D1N=\\x41';location.reload()"),
            script("document.cookie=value;location.reload()"),
            script("document.cookie='D1N=';location.reload()"),
            script("document.cookie='no value';location.reload()"),
            script("document.cookie='a b=c';location.reload()"),
            script("document.cookie='a=b c';location.reload()"),
            script("document.cookie='a=Việt';location.reload()"),
            script("document.cookie='a=b\u{7}';location.reload()"),
            script(&format!("document.cookie='a={}';location.reload()", "x".repeat(VALUE_MAX + 1))),
            script(&format!("document.cookie='{}=b';location.reload()", "x".repeat(NAME_MAX + 1))),
            script(&format!("document.cookie='a=b';location.reload();{long}")),
            "<html><p>document.cookie='a=b';location.reload()</p></html>".to_owned(),
            "<rss><script>document.cookie='a=b';location.reload()</script></rss>".to_owned(),
            "<?xml version='1.0'?><html><script>document.cookie='a=b';location.reload()</script></html>"
                .to_owned(),
        ];
        for page in &table {
            assert_eq!(cookie(page), None, "{page}");
        }
        assert_eq!(read(b"<script>document.cookie='a=\xff';location.reload()", &url("http://a.vn")), None);
    }

    #[test]
    fn the_cookie_goes_back_to_its_host_and_to_no_other() {
        let page = script("document.cookie='a=b';location.reload()");
        let from = url("http://bao.example/rss");
        let cookie = read(page.as_bytes(), &from).unwrap();
        assert_eq!(cookie.name(), "a");
        let table = [
            ("http://bao.example/other", true),
            ("https://bao.example/rss", true),
            ("http://bao.example:8080/rss", false),
            ("http://www.bao.example/rss", false),
            ("https://evil.example/rss", false),
        ];
        for (hop, sent) in table {
            assert_eq!(cookie.value_for(&url(hop)).is_some(), sent, "{hop}");
        }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }
}
