//! What feed-rs loses of an item, by the item's place in the document. Knows where items stand in each format, and the
//! elements beside them; knows them by their usual prefixes, not by namespace.

use quick_xml::events::BytesStart;

/// Longer texts are no addresses, in bytes.
const ADDRESS_MAX: usize = 2_048;

/// What was picked up of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Side {
    /// The address of its picture, as published.
    pub image: Option<String>,
}

/// Where a picture was named, best first: full size before thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// `<image>` with a bare address in an RSS item (the ONECMS family), or with a `<url>` in it.
    Image,
    /// `<media:content medium="image">`: feed-rs drops `medium`.
    MediaContent,
    /// `<thumb>` with a bare address.
    Thumb,
    /// `<media:thumbnail>`: lost where no `media:content` stands beside it.
    MediaThumbnail,
    /// `<itunes:image>`: lost where no iTunes title or summary stands beside it.
    Itunes,
}

/// Watches tags go by, and notes what belongs to items.
#[derive(Debug, Default)]
pub(super) struct Collector {
    root: String,
    /// Of the innermost element.
    depth: usize,
    channels: usize,
    items: Vec<Side>,
    /// The depth of the item that has begun.
    item: Option<usize>,
    best: Option<(Place, String)>,
    /// An element whose text is being gathered: where it stands, its depth, its text so far.
    gathering: Option<(Place, usize, String)>,
}

impl Collector {
    /// A tag that begins an element at this depth; the root's is 1.
    pub fn start(&mut self, depth: usize, tag: &BytesStart<'_>) {
        let (name, local) = (tag.name(), tag.local_name());
        self.depth = depth;
        if depth == 1 {
            local.as_ref().clone_into(&mut self.root);
        }
        if depth == 2 && local.as_ref() == "channel" {
            self.channels += 1;
        }
        let Some(item) = self.item else {
            let is_item = match (self.root.as_str(), depth, local.as_ref()) {
                // feed-rs reads the first channel only.
                ("rss", 3, "item") => self.channels == 1,
                ("RDF", 2, "item") | ("feed", 2, "entry") | ("entry", 1, "entry") => true,
                _ => false,
            };
            self.item = is_item.then_some(depth);
            return;
        };
        match name.as_ref() {
            "image" | "thumb" if depth == item + 1 => {
                let place = if name.as_ref() == "image" { Place::Image } else { Place::Thumb };
                self.note(place, attribute(tag, &["url", "href", "src"]).as_ref());
                self.gathering = Some((place, depth, String::new()));
            }
            // `<image><url>…` instead of the bare address.
            "url" if matches!(self.gathering, Some((Place::Image, outer, _)) if outer + 1 == depth) => {
                self.gathering = Some((Place::Image, depth, String::new()));
            }
            "media:content" if attribute(tag, &["medium"]).as_deref() == Some("image") => {
                self.note(Place::MediaContent, attribute(tag, &["url"]).as_ref());
            }
            "media:thumbnail" => self.note(Place::MediaThumbnail, attribute(tag, &["url"]).as_ref()),
            "itunes:image" => self.note(Place::Itunes, attribute(tag, &["href"]).as_ref()),
            _ => {}
        }
    }

    /// Text within the innermost element.
    pub fn text(&mut self, text: &str) {
        if let Some((_, depth, gathered)) = &mut self.gathering
            && *depth == self.depth
            && gathered.len() <= ADDRESS_MAX
        {
            gathered.push_str(text);
        }
    }

    /// The end of the element at this depth.
    pub fn end(&mut self, depth: usize) {
        self.depth = depth.saturating_sub(1);
        if let Some((place, _, text)) = self.gathering.take_if(|gathering| gathering.1 == depth) {
            self.note(place, Some(&text));
        }
        if self.item == Some(depth) {
            self.item = None;
            self.gathering = None;
            self.items.push(Side { image: self.best.take().map(|best| best.1) });
        }
    }

    /// What each item had.
    pub fn finish(self) -> Vec<Side> {
        self.items
    }

    fn note(&mut self, place: Place, address: Option<&String>) {
        let address = address.map(|address| address.trim()).filter(|address| {
            !address.is_empty() && address.len() <= ADDRESS_MAX && !address.contains(char::is_whitespace)
        });
        if let Some(address) = address
            && self.best.as_ref().is_none_or(|best| place < best.0)
        {
            self.best = Some((place, address.to_owned()));
        }
    }
}

/// The value of the first attribute with one of these names.
fn attribute(tag: &BytesStart<'_>, names: &[&str]) -> Option<String> {
    let found =
        tag.attributes().with_checks(false).flatten().find(|found| names.contains(&found.key.as_ref()))?;
    Some(
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), |value| value.to_string()),
    )
}
