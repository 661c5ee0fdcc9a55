//! HTML: cleaned by an allow-list, addresses absolute. What leaves this room can be shown without fear.
//!
//! Lists, tables, pictures, sound and film stay; whatever runs, embeds, asks or styles goes. Of what is refused the text
//! within stays, except where it is no prose (scripts, frames, drawings).

mod addresses;
mod bounds;
mod markup;
mod pictures;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};
use url::Url;

pub(super) use self::addresses::readdressed;
use self::bounds::Effort;
use super::{escapes, text};
use crate::parse::{Text, TextKind};

/// What news needs: prose, lists, tables, pictures, sound and film. No form, frame, script, style or embed.
#[rustfmt::skip]
const TAGS: [&str; 60] = [
    "a", "abbr", "audio", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "ins", "kbd", "li", "mark", "ol", "p", "picture", "pre", "q", "s", "small", "source", "span", "strike", "strong",
    "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "video", "wbr",
];

/// What goes with all that stands in it.
const GONE: [&str; 13] = [
    "script", "style", "noscript", "template", "iframe", "object", "applet", "svg", "math", "title",
    "noembed", "noframes", "frameset",
];

/// Which attributes may stay; more may on every tag.
#[rustfmt::skip]
const ATTRIBUTES: [(&str, &[&str]); 9] = [
    ("a", &["href"]),
    ("img", &["src", "alt", "width", "height"]),
    ("video", &["src", "poster", "controls", "width", "height"]),
    ("audio", &["src", "controls"]),
    ("source", &["src", "type"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("ol", &["start"]),
    ("time", &["datetime"]),
];
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
const EVERYWHERE: [&str; 3] = ["lang", "dir", "title"];

/// Ends that stand within a word, maybe.
const INLINE: [&str; 14] = [
    "</a>",
    "</abbr>",
    "</b>",
    "</code>",
    "</em>",
    "</i>",
    "</ins>",
    "</mark>",
    "</s>",
    "</small>",
    "</span>",
    "</strong>",
    "</sub>",
    "</u>",
];

/// Cleans the texts of one document.
pub(super) struct Cleaner {
    builder: Builder<'static>,
    base: Url,
    effort: Effort,
}

impl Cleaner {
    /// Relative addresses are resolved against `base`.
    pub(super) fn new(base: &Url) -> Self {
        let mut attributes: HashMap<&str, HashSet<&str>> =
            ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect();
        attributes.entry("img").or_default().extend(pictures::LAZY);
        // Each list is set, not added to: even an "empty" builder comes with ammonia's own.
        let mut builder = Builder::empty();
        builder
            .tags(TAGS.into())
            .clean_content_tags(GONE.into())
            .tag_attributes(attributes)
            .tag_attribute_values(HashMap::new())
            .set_tag_attribute_values(HashMap::new())
            .generic_attributes(EVERYWHERE.into())
            .generic_attribute_prefixes(HashSet::new())
            .allowed_classes(HashMap::new())
            .url_schemes(SCHEMES.into())
            .attribute_filter(|_, attribute, value| {
                let shows = matches!(attribute, "src" | "poster");
                let is_mail =
                    || value.trim_start().get(..7).is_some_and(|it| it.eq_ignore_ascii_case("mailto:"));
                (!(shows && is_mail())).then_some(Cow::Borrowed(value))
            })
            .url_relative(UrlRelative::RewriteWithBase(base.clone()))
            .link_rel(None)
            .strip_comments(true);
        Self { builder, base: base.clone(), effort: Effort::default() }
    }

    /// From now on relative addresses are resolved against `base`. Cheaper than a new cleaner.
    pub(super) fn rebase(&mut self, base: &Url) {
        if self.base != *base {
            self.builder.url_relative(UrlRelative::RewriteWithBase(base.clone()));
            self.base = base.clone();
        }
    }

    /// Clean HTML, or `None` where nothing is left to read or see.
    pub(super) fn clean(&self, text: &Text) -> Option<String> {
        let is_simple = text::is_simple(&text.body);
        let composed = if is_simple { Cow::Borrowed(&*text.body) } else { text::composed(&text.body) };
        let decoded;
        let html = match text.kind {
            TextKind::Plain => {
                Cow::Owned(paragraphs(&escapes::lost_restored(&escapes::letters_decoded(&composed))))
            }
            TextKind::Html => {
                decoded = escapes::unescaped_once(&composed);
                escapes::lost_restored(&decoded)
            }
        };
        let html = without_sections(&html);
        // Without a reference nothing comes out but the letters that went in.
        let stays_simple = is_simple && !html.contains('&');
        let clean = self.effort.spend(html.trim(), |html| sanitised(&self.builder, html));
        let clean = pictures::settled(clean, &self.base);
        let clean = if stays_simple { clean } else { recomposed(clean) };
        let trimmed = clean.trim();
        if !has_substance(trimmed) {
            return None;
        }
        Some(if trimmed.len() == clean.len() { clean } else { trimmed.to_owned() })
    }
}

/// CDATA is for XML, and a comment in HTML; who writes it twice means what stands in it.
fn without_sections(html: &str) -> Cow<'_, str> {
    const OPEN: &str = "<![CDATA[";
    if html.contains(OPEN) {
        Cow::Owned(html.replace(OPEN, "").replace("]]>", ""))
    } else {
        Cow::Borrowed(html)
    }
}

/// `None` where the sanitiser failed.
fn sanitised(builder: &Builder<'_>, html: &str) -> Option<String> {
    // Its tree is made by the rules of HTML, which are many; one that was overlooked must not cost the document.
    let clean = || {
        let mut clean = Vec::with_capacity(html.len());
        // As text it would be made as bytes all the same, and looked through at a tenth of this speed.
        builder.clean(html).write_to(&mut clean).ok()?;
        simdutf8::basic::from_utf8(&clean).ok().map(str::to_owned)
    };
    catch_unwind(AssertUnwindSafe(clean)).ok().flatten()
}

/// Text or a picture, sound or film.
fn has_substance(html: &str) -> bool {
    let media = ["<img ", "<audio", "<video"].iter().any(|tag| html.contains(tag));
    media || markup::has_text(html)
}

/// Entities may have decoded to half-composed and to unwanted letters. A `>` of ours must not melt into a combining
/// stroke behind it.
fn recomposed(html: String) -> String {
    if text::is_composed(&html) { html } else { text::composed(&html.replace(">\u{338}", ">")).into_owned() }
}

/// Plain text as HTML: blank lines part paragraphs, line ends stay.
fn paragraphs(plain: &str) -> String {
    let mut html = String::with_capacity(plain.len() + 16);
    for paragraph in plain.replace("\r\n", "\n").split("\n\n").map(str::trim).filter(|it| !it.is_empty()) {
        html.push_str("<p>");
        html.push_str(&markup::escaped(paragraph).replace('\n', "<br>"));
        html.push_str("</p>");
    }
    html
}

/// The text of a short HTML fragment, its tags taken out (a space where a block ends) and its entities decoded.
pub(super) fn text_of(html: &str) -> String {
    static STRIP: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = Builder::empty();
        builder.add_clean_content_tags(GONE);
        builder
    });
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    let html = without_sections(html);
    let mut spaced = html.into_owned();
    if spaced.contains('<') {
        for tag in ["<br", "</p>", "</li>", "</div>", "</td>", "</th>", "</h1>", "</h2>", "</h3>", "</h4>"] {
            spaced = spaced.replace(tag, &format!(" {tag}"));
        }
    }
    markup::unescaped(&Effort::scant().spend(&spaced, |html| sanitised(&STRIP, html)))
}

/// The text of HTML that a [`Cleaner`] wrote, with a space in place of each tag that ends or breaks a line.
pub(super) fn words(clean: &str) -> String {
    let words = markup::pieces(clean).map(|piece| match piece {
        markup::Piece::Text(text) => markup::unescaped(text),
        markup::Piece::Tag("<br>" | "<hr>") => " ".to_owned(),
        markup::Piece::Tag(tag) if tag.starts_with("</") && !INLINE.contains(&tag) => " ".to_owned(),
        markup::Piece::Tag(_) => String::new(),
    });
    words.collect()
}

/// The address of the first picture in HTML that a [`Cleaner`] wrote.
pub(super) fn first_image(clean: &str) -> Option<String> {
    let images = markup::pieces(clean).filter_map(|piece| match piece {
        markup::Piece::Tag(tag) if tag.starts_with("<img ") => Some(tag),
        _ => None,
    });
    images.flat_map(markup::attributes).find(|(name, _)| *name == "src").map(|(_, address)| address)
}
