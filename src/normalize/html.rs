//! HTML: cleaned by an allow-list, addresses absolute. What leaves this room can be shown without fear.

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use regex::Regex;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use url::Url;

use super::text;
use crate::parse::{Text, TextKind};

/// What news needs: prose, lists, tables, pictures, sound and film. No form, frame, script, style or embed.
const TAGS: [&str; 55] = [
    "a",
    "abbr",
    "audio",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "s",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];
const MORE_TAGS: [&str; 5] = ["time", "u", "ul", "video", "wbr"];

/// Cleans the texts of one document.
pub(super) struct Cleaner {
    builder: Builder<'static>,
}

impl Cleaner {
    /// Relative addresses are resolved against `base`.
    pub(super) fn new(base: &Url) -> Self {
        let mut builder = Builder::empty();
        builder
            .add_tags(TAGS)
            .add_tags(MORE_TAGS)
            .add_clean_content_tags([
                "script", "style", "noscript", "template", "iframe", "object", "svg", "math", "title",
            ])
            .add_generic_attributes(["lang", "dir", "title"])
            .add_tag_attributes("a", ["href"])
            .add_tag_attributes("img", ["src", "alt", "width", "height"])
            .add_tag_attributes("video", ["src", "poster", "controls", "width", "height"])
            .add_tag_attributes("audio", ["src", "controls"])
            .add_tag_attributes("source", ["src", "type"])
            .add_tag_attributes("td", ["colspan", "rowspan"])
            .add_tag_attributes("th", ["colspan", "rowspan", "scope"])
            .add_tag_attributes("ol", ["start"])
            .add_tag_attributes("time", ["datetime"])
            .add_tag_attributes("blockquote", ["cite"])
            .add_url_schemes(["http", "https", "mailto"])
            .url_relative(UrlRelative::RewriteWithBase(base.clone()))
            .link_rel(None)
            .strip_comments(true);
        Self { builder }
    }

    /// Clean HTML, or `None` where nothing is left to read or see.
    pub(super) fn clean(&self, text: &Text) -> Option<String> {
        let composed = text::composed(&text.body);
        let html = match text.kind {
            TextKind::Plain => paragraphs(&composed),
            TextKind::Html => unescape_twice_escaped(&composed),
        };
        let clean = recomposed(self.builder.clean(html.trim()).to_string());
        let clean = clean.trim();
        (has_substance(clean)).then(|| clean.to_owned())
    }
}

/// Text or a picture, sound or film.
fn has_substance(html: &str) -> bool {
    let media = ["<img ", "<audio", "<video"].iter().any(|tag| html.contains(tag));
    media || !text_of(html).trim().is_empty()
}

/// Entities may have decoded to half-composed letters. A `>` of ours must not melt into a combining stroke behind it.
fn recomposed(html: String) -> String {
    if is_nfc(&html) { html } else { html.replace(">\u{338}", ">").nfc().collect() }
}

/// Plain text as HTML: blank lines part paragraphs, line ends stay.
fn paragraphs(plain: &str) -> String {
    let mut html = String::with_capacity(plain.len() + 16);
    for paragraph in plain.replace("\r\n", "\n").split("\n\n").map(str::trim).filter(|it| !it.is_empty()) {
        let escaped = paragraph.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        html.push_str("<p>");
        html.push_str(&escaped.replace('\n', "<br>"));
        html.push_str("</p>");
    }
    html
}

/// `&amp;#225;` and `h&amp;agrave;ng` in HTML were escaped once too often. The five entities that markup itself needs
/// are left alone: an article may well speak of `&lt;`.
fn unescape_twice_escaped(html: &str) -> String {
    static TWICE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"&amp;(#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}[0-9]{0,2});"));
    let once = TWICE.replace_all(html, |found: &regex::Captures<'_>| match &found[1] {
        "lt" | "gt" | "amp" | "quot" | "apos" | "#60" | "#62" | "#38" => found[0].to_owned(),
        entity => format!("&{entity};"),
    });
    once.into_owned()
}

/// Whether something in the text still looks like a character reference.
pub(super) fn has_entity(text: &str) -> bool {
    static ENTITY: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"&(#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8}[0-9]{0,2});"));
    ENTITY.is_match(text)
}

/// The text of an HTML fragment, its tags taken out (a space where a block ends) and its entities decoded.
pub(super) fn text_of(html: &str) -> String {
    static STRIP: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = Builder::empty();
        builder.add_clean_content_tags(["script", "style", "noscript", "template", "iframe"]);
        builder
    });
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    let spaced = html
        .replace("</p>", " </p>")
        .replace("<br", " <br")
        .replace("</li>", " </li>")
        .replace("</div>", " </div>");
    let stripped = STRIP.clean(&spaced).to_string();
    // What the serializer escapes in text (HTML §13.3): these four, and nothing else.
    stripped.replace("&nbsp;", "\u{a0}").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The address of the first picture in HTML that a [`Cleaner`] wrote.
pub(super) fn first_image(clean: &str) -> Option<String> {
    static IMAGE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"<img [^>]*?src="(https?://[^"]+)""#));
    let address = IMAGE.captures(clean)?.get(1)?.as_str();
    Some(address.replace("&amp;", "&"))
}

#[expect(clippy::unwrap_used, reason = "each pattern is a literal that a test below runs")]
fn pattern(literal: &'static str) -> Regex {
    Regex::new(literal).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str) -> Option<String> {
        let base = Url::parse("https://baoninhbinh.vn/tin/").unwrap();
        Cleaner::new(&base).clean(&Text { body: html.to_owned(), kind: TextKind::Html })
    }

    #[test]
    fn what_news_needs_stays_and_addresses_become_absolute() {
        let table = [
            ("<p>Lũ <b>lớn</b></p>", "<p>Lũ <b>lớn</b></p>"),
            (r#"<img src="/a.jpg" alt="ảnh">"#, r#"<img src="https://baoninhbinh.vn/a.jpg" alt="ảnh">"#),
            ("<a href='x.html'>Xem</a>", r#"<a href="https://baoninhbinh.vn/tin/x.html">Xem</a>"#),
            (r#"<img src="//cdn.vn/b.jpg">"#, r#"<img src="https://cdn.vn/b.jpg">"#),
            ("một</br>hai", "một<br>hai"),
            ("s&amp;#225;ng h&amp;agrave;ng", "sáng hàng"),
            ("5 &amp;lt; 6", "5 &amp;lt; 6"),
            ("vie&#x302;&#x323;t", "việt"),
            (
                "<table><tr><td colspan=2>ô</td></tr></table>",
                "<table><tbody><tr><td colspan=\"2\">ô</td></tr></tbody></table>",
            ),
        ];
        for (published, wanted) in table {
            assert_eq!(clean(published).as_deref(), Some(wanted), "{published}");
        }
    }

    #[test]
    fn no_script_survives() {
        let table = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
            "<a href=\" &#14; javascript:alert(1)\">x</a>",
            "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
            "<math><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
            "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
            "<p style=\"background:url(javascript:alert(1))\">x</p>",
            "<form action=javascript:alert(1)><button>x</button></form>",
            "<base href=javascript:alert(1)//>",
            "<meta http-equiv=refresh content=\"0;javascript:alert(1)\">",
            "<img srcset=\"javascript:alert(1) 1x\">",
            "<video poster=javascript:alert(1)></video>",
            "<details ontoggle=alert(1) open>x</details>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        ];
        for payload in table {
            let left = clean(payload).unwrap_or_default();
            for forbidden in
                ["script", "alert", "onerror", "onload", "srcdoc", "style=", "<form", "<svg", "data:"]
            {
                assert!(!left.to_lowercase().contains(forbidden), "{payload} left {left}");
            }
        }
    }

    #[test]
    fn nothing_to_read_is_no_text() {
        assert_eq!(clean("<p>&nbsp;</p><div></div>"), None);
        assert_eq!(clean("<script>x</script>"), None);
        assert!(clean("<p><img src=/a.jpg></p>").is_some());
    }

    #[test]
    fn plain_text_becomes_paragraphs() {
        let base = Url::parse("https://a.vn/").unwrap();
        let text = Text { body: "Một & hai\nba\n\n<bốn>".to_owned(), kind: TextKind::Plain };
        let html = Cleaner::new(&base).clean(&text);
        assert_eq!(html.as_deref(), Some("<p>Một &amp; hai<br>ba</p><p>&lt;bốn&gt;</p>"));
    }

    #[test]
    fn the_first_image_of_clean_html_is_found() {
        let html =
            r#"<p>x</p><img alt="a" src="https://a.vn/1.jpg?a=1&amp;b=2"><img src="https://a.vn/2.jpg">"#;
        assert_eq!(first_image(html).as_deref(), Some("https://a.vn/1.jpg?a=1&b=2"));
        assert_eq!(first_image("<p>không</p>"), None);
    }
}
