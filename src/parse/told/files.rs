//! Enclosures and pictures. Knows nothing of texts.

use super::{
    super::{names::Space, tree::Element},
    addresses::Place,
};
use crate::model::Enclosure;

/// The most enclosures of one item; a gallery's hundred pictures are for the page.
const ENCLOSURES_MAX: usize = 32;

/// An enclosure, and how it was given.
struct File {
    enclosure: Enclosure,
    /// As `<enclosure>` or `rel="enclosure"`, not only as Media RSS.
    is_enclosed: bool,
    is_image: bool,
}

/// The picture of an item, and its files.
pub(super) fn of_item(fields: &[&Element<'_>], place: &Place<'_>) -> (Option<String>, Vec<Enclosure>) {
    let mut files: Vec<File> = Vec::new();
    let enclosed = fields.iter().filter_map(|field| enclosed(field, place));
    let contents = fields.iter().filter_map(|field| content(field, place));
    for file in enclosed.chain(contents) {
        let same = |other: &&mut File| other.enclosure.url == file.enclosure.url;
        if let Some(known) = files.iter_mut().find(same) {
            complete(&mut known.enclosure, file.enclosure);
        } else if files.len() < ENCLOSURES_MAX {
            files.push(file);
        }
    }
    let duration = fields.iter().find(|field| field.is(Space::Itunes, "duration"));
    if let Some(seconds) = duration.and_then(|field| seconds(&field.text))
        && let Some(file) = files.iter_mut().find(|file| !file.is_image)
    {
        file.enclosure.duration.get_or_insert(seconds);
    }
    let image = files.iter().find(|file| file.is_image).map(|file| file.enclosure.url.clone());
    let image = image.or_else(|| picture(fields, place));
    files.retain(|file| file.is_enclosed || Some(&file.enclosure.url) != image.as_ref());
    (image, files.into_iter().map(|file| file.enclosure).collect())
}

/// RSS 2.0 `<enclosure>`, Atom `rel="enclosure"`.
fn enclosed(field: &Element<'_>, place: &Place<'_>) -> Option<File> {
    let address = if field.is_ours("enclosure") {
        let attribute = field.attribute("url").or_else(|| field.attribute("href"));
        attribute.or_else(|| field.attribute("resource")).unwrap_or(&field.text)
    } else {
        let is_enclosure = |rel: &str| rel.to_ascii_lowercase().ends_with("enclosure");
        field
            .attribute("href")
            .filter(|_| field.is_ours("link") && field.attribute("rel").is_some_and(is_enclosure))?
    };
    let enclosure = Enclosure {
        url: place.resolve_web(field, address)?,
        media_type: field.attribute("type").map(str::to_owned),
        length: field.attribute("length").and_then(|length| length.parse().ok()),
        title: field.attribute("title").map(str::to_owned),
        duration: None,
    };
    let is_image = is_image(&enclosure, None);
    Some(File { enclosure, is_enclosed: true, is_image })
}

/// Media RSS `<media:content>`.
fn content(field: &Element<'_>, place: &Place<'_>) -> Option<File> {
    let address = field.attribute("url").filter(|_| field.is(Space::Media, "content"))?;
    let title = field.children.iter().find(|child| child.is(Space::Media, "title"));
    let enclosure = Enclosure {
        url: place.resolve_web(field, address)?,
        media_type: field.attribute("type").map(str::to_owned),
        length: field.attribute("fileSize").and_then(|length| length.parse().ok()),
        title: title.map(|title| title.text.trim().to_owned()).filter(|title| !title.is_empty()),
        duration: field.attribute("duration").and_then(seconds),
    };
    let is_image = is_image(&enclosure, field.attribute("medium"));
    Some(File { enclosure, is_enclosed: false, is_image })
}

/// What one mention of a file says and the other does not.
fn complete(known: &mut Enclosure, other: Enclosure) {
    known.media_type = known.media_type.take().or(other.media_type);
    known.length = known.length.or(other.length);
    known.title = known.title.take().or(other.title);
    known.duration = known.duration.or(other.duration);
}

fn is_image(file: &Enclosure, medium: Option<&str>) -> bool {
    if let Some(medium) = medium {
        return medium.eq_ignore_ascii_case("image");
    }
    if let Some(media_type) = &file.media_type {
        return media_type.starts_with("image");
    }
    let path = file.url.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(extension.as_str(), "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif")
}

/// A picture that is no file of its own, full size before thumbnails: `<image>` with a bare address or a `<url>`,
/// `<thumb>` (both of the ONECMS family), `<media:thumbnail>`, `<itunes:image>`.
fn picture(fields: &[&Element<'_>], place: &Place<'_>) -> Option<String> {
    let of = |wanted: &dyn Fn(&Element<'_>) -> bool| {
        fields.iter().filter(|field| wanted(field)).find_map(|field| shown(field, place))
    };
    of(&|field| field.is_ours("image"))
        .or_else(|| of(&|field| field.is_ours("thumb")))
        .or_else(|| of(&|field| field.is(Space::Media, "thumbnail")))
        .or_else(|| of(&|field| field.is(Space::Itunes, "image")))
}

fn shown(field: &Element<'_>, place: &Place<'_>) -> Option<String> {
    let attributes = ["url", "href", "src", "resource"].iter().filter_map(|name| field.attribute(name));
    let inner = field.children.iter().find(|child| child.name == "url").map(|child| &*child.text);
    let mut written = attributes.chain(inner).chain([&*field.text]).map(str::trim);
    written.find_map(|address| {
        let is_one = !field.is_cut && !address.contains(char::is_whitespace);
        place.resolve_web(field, Some(address).filter(|_| is_one)?)
    })
}

/// The picture of a feed.
pub(super) fn of_feed(fields: &[&Element<'_>], place: &Place<'_>) -> Option<String> {
    let of = |wanted: &dyn Fn(&Element<'_>) -> bool| {
        fields.iter().filter(|field| wanted(field)).find_map(|field| shown(field, place))
    };
    of(&|field| field.is_ours("icon"))
        .or_else(|| of(&|field| field.is_ours("logo")))
        .or_else(|| of(&|field| field.is_ours("image")))
        .or_else(|| of(&|field| field.is(Space::Itunes, "image")))
}

/// `1:02:03`, `02:03` or seconds, with or without a fraction.
fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    for part in text.trim().split(':') {
        let whole = part.split('.').next().unwrap_or_default().trim();
        if whole.is_empty() || whole.len() > 9 {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(whole.parse().ok()?)?;
    }
    Some(total)
}
