//! The limits on what is read, and what a document would cost feed-rs, which recurses, copies and compares. Knows no
//! fields but those that feed-rs copies.

use super::names::Kind;

/// The deepest nesting of JSON that is read, and of XML that feed-rs gets to see as it is: 1,000 nested `media:group`
/// overflow it on a stack of 2 MiB.
pub const DEPTH_MAX: usize = 256;

/// The most elements of XML that are read.
pub const ELEMENTS_MAX: usize = 1_000_000;

/// The most values of JSON that are read.
pub const VALUES_MAX: usize = 200_000;

/// The most elements that feed-rs gets to see: a million minimal items took 1.45 GB.
const WEIGHT_ELEMENTS_MAX: usize = 200_000;

/// The most attributes of one tag; further ones are left out.
pub const ATTRIBUTES_MAX: usize = 256;

/// The most bytes of `xml:base` in force at one place: feed-rs keeps the whole address at each level.
pub const BASE_MAX: usize = 8_192;

/// The most bytes that feed-rs may have to copy because each `media:group` inherits what stands around it: 3,000
/// thumbnails beside 3,000 groups (200 KB) become nine million thumbnails.
pub const INHERITED_MAX: usize = 256 << 20;

/// What one thumbnail or credit takes in feed-rs's memory, in bytes, beside its text.
const INHERITED_WEIGHT: usize = 256;

/// Which limit a JSON document goes beyond. Of XML what is beyond them is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Values within values.
    #[error("its values are nested deeper than {DEPTH_MAX} levels")]
    Depth,
    /// Values in all.
    #[error("it has more than {VALUES_MAX} values")]
    Values,
}

/// What a document would cost feed-rs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    elements: usize,
    /// Nested deeper than any feed.
    pub is_deep: bool,
    is_crowded: bool,
    is_based: bool,
    /// In the present item.
    groups: usize,
    /// In the present item, in bytes.
    inherited: usize,
    /// In the items before, in bytes.
    copied: usize,
}

impl Weight {
    /// A tag, the so-manieth, with so many attributes.
    pub(super) fn start(&mut self, elements: usize, attributes: usize) {
        self.elements = elements;
        self.is_crowded |= attributes >= ATTRIBUTES_MAX;
    }

    pub(super) fn element(&mut self, kind: Kind, name: &str, is_based: bool) {
        self.is_based |= is_based;
        match name {
            _ if kind == Kind::Item => {
                self.copied = self.copied();
                (self.groups, self.inherited) = (0, 0);
            }
            "group" => self.groups += 1,
            "title" | "description" | "text" | "thumbnail" | "credit" | "rating" | "community" => {
                self.inherited += INHERITED_WEIGHT;
            }
            _ => {}
        }
    }

    pub(super) fn text(&mut self, length: usize) {
        self.inherited += length;
    }

    fn copied(&self) -> usize {
        self.copied.saturating_add(self.groups.saturating_mul(self.inherited))
    }

    /// Whether feed-rs may see the document as it is.
    pub(super) fn is_light(&self) -> bool {
        let is_bounded = !(self.is_deep || self.is_crowded || self.is_based);
        is_bounded && self.is_small() && self.copied() <= INHERITED_MAX
    }

    /// Whether feed-rs may see the document in the short form that we write.
    pub(super) fn is_small(&self) -> bool {
        self.elements <= WEIGHT_ELEMENTS_MAX
    }
}
