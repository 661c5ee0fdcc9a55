//! Which namespace a name is in, at one place of a document. Knows no elements.

use std::borrow::Cow;

use super::super::{
    names::{Space, space_of_address, space_of_prefix},
    tokens::Tag,
};

/// The most declarations in force at one place; further ones are not heard.
const DECLARED_MAX: usize = 256;

#[derive(Debug)]
struct Declared<'a> {
    depth: usize,
    prefix: &'a str,
    address: Cow<'a, str>,
    space: Option<Space>,
}

/// The declarations in force.
#[derive(Debug, Default)]
pub(super) struct Namespaces<'a> {
    declared: Vec<Declared<'a>>,
    /// The outermost element's, where it is an unknown one: what a feed calls its own is its own.
    home: Option<Home<'a>>,
}

#[derive(Debug)]
enum Home<'a> {
    Known,
    Address(Cow<'a, str>),
    /// A known one, that has no such element.
    Claimed(&'a str),
    /// Not declared at all.
    Prefix(&'a str),
}

impl<'a> Namespaces<'a> {
    /// An element at this depth begins.
    pub(super) fn enter(&mut self, depth: usize, tag: &Tag<'a>) {
        for (name, address) in &tag.attributes {
            let prefix = if *name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
            let Some(prefix) = prefix.filter(|_| self.declared.len() < DECLARED_MAX) else { continue };
            let space = space_of_address(address);
            self.declared.push(Declared { depth, prefix, address: address.clone(), space });
        }
        if self.home.is_none() {
            let (prefix, local) = parts(tag.name);
            let is_feed = ["rss", "feed", "channel"].iter().any(|name| name.eq_ignore_ascii_case(local));
            self.home = Some(match self.find(prefix) {
                Some(Declared { space: None, address, .. }) => Home::Address(address.clone()),
                // A feed whose outermost element claims to be of XHTML, or of a module of RSS.
                Some(Declared { space: Some(space), .. }) if is_feed && !space.is_ours() => {
                    Home::Claimed(prefix)
                }
                None if !prefix.is_empty() && space_of_prefix(prefix) == Space::Other => Home::Prefix(prefix),
                _ => Home::Known,
            });
        }
    }

    /// The element at this depth ends.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.declared.last().is_some_and(|declared| declared.depth >= depth) {
            self.declared.pop();
        }
    }

    /// The namespace of a name, and its prefix if that is used without being declared.
    pub(super) fn resolve(&self, name: &'a str) -> (Space, Option<&'a str>) {
        let (prefix, _) = parts(name);
        let Some(found) = self.find(prefix) else {
            return match &self.home {
                _ if prefix.is_empty() => (Space::Native, None),
                Some(Home::Prefix(home)) if *home == prefix => (Space::Native, Some(prefix)),
                _ => (space_of_prefix(prefix), Some(prefix).filter(|&prefix| prefix != "xml")),
            };
        };
        if let Some(space) = found.space {
            let is_claimed = matches!(self.home, Some(Home::Claimed(home)) if home == prefix);
            return (if is_claimed { Space::Native } else { space }, None);
        }
        let is_home = matches!(&self.home, Some(Home::Address(home)) if *home == found.address);
        // `xmlns=""` takes a default away, and a prefix whose address is misspelt still says what is meant.
        let is_native = is_home || prefix.is_empty() && found.address.trim().is_empty();
        (if is_native { Space::Native } else { space_of_prefix(prefix) }, None)
    }

    fn find(&self, prefix: &str) -> Option<&Declared<'a>> {
        self.declared.iter().rev().find(|declared| declared.prefix == prefix)
    }
}

fn parts(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}
