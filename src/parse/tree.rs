//! A document as a tree of elements, in one pass, without recursion, within bounds of depth and number.
//!
//! An exact tree is built first: it ends at the first fault. A lenient one is built of what has faults, or of what
//! feed-rs refuses: there every tag finds its place ([`balance`]). Markup inside texts is kept as the text's own.

mod balance;
mod markup;
mod namespaces;

use std::borrow::Cow;

use self::namespaces::Namespaces;
use super::{
    names::{self, Kind, Space},
    repairs::{Repair, Repairs},
    scan::{BASE_MAX, ELEMENTS_MAX, Weight},
    tokens::{Tag, Token, Tokens},
};

/// Elements within elements; deeper ones are left out.
const DEPTH_MAX: usize = 64;

/// Of these, elements that hold items.
const STRUCTURE_DEPTH_MAX: usize = 32;

/// Markup within the markup of one text; deeper tags are left out, their text is kept.
const INLINE_MAX: usize = 200;

/// An element that is over.
#[derive(Debug, Clone, Default)]
pub(super) struct Element<'a> {
    pub space: Option<Space>,
    /// In lower case, without its prefix.
    pub name: Cow<'a, str>,
    pub attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// What stands in it; of texts with their markup as HTML.
    pub text: Cow<'a, str>,
    /// Whether there is markup in the text that was not escaped.
    pub has_markup: bool,
    /// Whether the document ends within it.
    pub is_cut: bool,
    pub children: Vec<Element<'a>>,
}

impl Element<'_> {
    /// The value of an attribute, whatever its case; `about` finds `rdf:about` too.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let is_named = |found: &str| {
            found.eq_ignore_ascii_case(name)
                || found.rsplit_once(':').is_some_and(|(prefix, local)| {
                    !matches!(prefix, "xml" | "xmlns") && local.eq_ignore_ascii_case(name)
                })
        };
        let found = self.attributes.iter().find(|attribute| is_named(attribute.0))?;
        Some(found.1.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn is(&self, space: Space, name: &str) -> bool {
        self.space == Some(space) && self.name == name
    }

    /// In RSS's or Atom's own vocabulary.
    pub(super) fn is_ours(&self, name: &str) -> bool {
        self.space.is_some_and(Space::is_ours) && self.name == name
    }
}

/// An element that has begun.
struct Open<'a> {
    element: Element<'a>,
    written: &'a str,
    kind: Kind,
    /// Markup within its text that is open.
    inline: Vec<&'a str>,
    /// Elements in it beyond a limit that are open.
    beyond: usize,
    /// Bytes of `xml:base`, outer ones included.
    base: usize,
    /// Whether text in it beside markup is to be escaped: a `<` in it is a less-than sign.
    escapes: bool,
}

/// A document, read.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    /// Holds the outermost elements.
    pub root: Element<'a>,
    pub repairs: Repairs,
    /// What it would cost feed-rs.
    pub weight: Weight,
}

struct Builder<'a> {
    open: Vec<Open<'a>>,
    namespaces: Namespaces<'a>,
    elements: usize,
    is_lenient: bool,
    /// Whether the end of the feed was seen after the present item began.
    is_over: bool,
    repairs: Repairs,
    weight: Weight,
}

/// The tree of a well-formed document; `None` if it has any fault.
pub(super) fn exact(text: &str) -> Option<Tree<'_>> {
    let (tree, is_whole) = build(text, false);
    is_whole.then_some(tree)
}

/// A tree of anything.
pub(super) fn lenient(text: &str) -> Tree<'_> {
    build(text, true).0
}

fn build(text: &str, is_lenient: bool) -> (Tree<'_>, bool) {
    let mut tokens = Tokens::new(text, is_lenient);
    let mut builder = Builder::new(is_lenient);
    let mut is_whole = true;
    while let Some(token) = tokens.next() {
        match token {
            Token::Start(tag) => {
                builder.elements += 1;
                if builder.elements > ELEMENTS_MAX {
                    builder.repairs.note(Repair::TooMany);
                    break;
                }
                builder.weight.start(builder.elements, tag.attributes.len());
                if is_lenient {
                    builder.start_leniently(tag);
                } else {
                    builder.start(tag);
                }
            }
            Token::End(name) if is_lenient => builder.end_leniently(name),
            Token::End(name) => is_whole &= builder.end(name),
            Token::Text(text) => builder.text(text),
        }
        let is_damaged = !is_whole || tokens.repairs.is_damaged() || builder.repairs.is_damaged();
        if is_damaged && !is_lenient {
            return (Tree::default(), false);
        }
    }
    let is_whole = is_whole && builder.open.len() == 1 && !tokens.repairs.is_damaged();
    builder.finish();
    let mut repairs = tokens.repairs;
    repairs.merge(&builder.repairs);
    let root = builder.open.pop().map(|open| open.element).unwrap_or_default();
    (Tree { root, repairs, weight: builder.weight }, is_whole)
}

impl<'a> Builder<'a> {
    fn new(is_lenient: bool) -> Self {
        let root = Open {
            element: Element::default(),
            written: "",
            kind: Kind::Structure,
            inline: Vec::new(),
            beyond: 0,
            base: 0,
            escapes: false,
        };
        Self {
            open: vec![root],
            namespaces: Namespaces::default(),
            elements: 0,
            is_lenient,
            is_over: false,
            repairs: Repairs::default(),
            weight: Weight::default(),
        }
    }

    /// The innermost element's. There always is one, the document itself being the outermost.
    fn kind(&self) -> Kind {
        self.open.last().map_or(Kind::Structure, |open| open.kind)
    }

    /// A tag in a document without faults.
    fn start(&mut self, tag: Tag<'a>) {
        if matches!(self.kind(), Kind::Text | Kind::Value) {
            self.inline(&tag);
        } else {
            self.push(tag);
        }
    }

    /// Begins an element inside the innermost one.
    fn push(&mut self, tag: Tag<'a>) {
        let depth = self.open.len();
        self.namespaces.enter(depth, &tag);
        let (space, undeclared) = self.namespaces.resolve(tag.name);
        if let Some(prefix) = undeclared {
            self.repairs.declare(prefix);
        }
        let name = names::lowered(tag.name.rsplit(':').next().unwrap_or_default());
        let Some(parent) = self.open.last_mut() else { return };
        let kind = names::kind(space, &name, parent.kind);
        let is_deep = depth >= DEPTH_MAX || kind == Kind::Structure && depth >= STRUCTURE_DEPTH_MAX;
        let base_here = tag.attributes.iter().filter(|attribute| attribute.0 == "xml:base");
        let base = parent.base + base_here.map(|attribute| attribute.1.len()).sum::<usize>();
        if is_deep {
            self.namespaces.leave(depth);
            self.weight.is_deep = true;
            parent.beyond += usize::from(!tag.is_empty);
            return;
        }
        self.weight.element(kind, &name, base > BASE_MAX);
        if parent.kind == Kind::Item && names::is_item(space, &name) {
            // Well-formed, and yet the one before was left open.
            self.repairs.note(Repair::Unclosed);
        }
        if kind == Kind::Item {
            self.is_over = false;
        }
        let escapes = kind == Kind::Text && markup::escapes(space, &tag);
        let element = Element { space: Some(space), name, attributes: tag.attributes, ..Element::default() };
        let (inline, written) = (Vec::new(), tag.name);
        self.open.push(Open { element, written, kind, inline, beyond: 0, base, escapes });
        if tag.is_empty {
            self.pop();
        }
    }

    /// Ends the innermost element.
    fn pop(&mut self) {
        if self.open.len() < 2 {
            return;
        }
        if let Some(mut open) = self.open.pop() {
            markup::close(&mut open);
            self.namespaces.leave(self.open.len());
            if let Some(parent) = self.open.last_mut() {
                parent.element.children.push(open.element);
            }
        }
    }

    /// An end tag in a document without faults; whether it ends what it should.
    fn end(&mut self, name: &str) -> bool {
        let Some(open) = self.open.last_mut() else { return false };
        if open.beyond > 0 {
            open.beyond -= 1;
            return true;
        }
        if let Some(inline) = open.inline.pop() {
            markup::end(open, inline);
            return inline == name;
        }
        let is_match = open.written == name && self.open.len() > 1;
        self.pop();
        is_match
    }

    fn inline(&mut self, tag: &Tag<'a>) {
        let Some(open) = self.open.last_mut() else { return };
        if open.inline.len() >= INLINE_MAX {
            open.beyond += usize::from(!tag.is_empty);
            return;
        }
        markup::start(open, tag);
        // Without faults even `<br>` has its end tag.
        let has_no_end = tag.is_empty || self.is_lenient && names::is_void(tag.name);
        if !has_no_end {
            open.inline.push(tag.name);
        }
    }

    fn text(&mut self, text: Cow<'a, str>) {
        self.weight.text(text.len());
        let Some(open) = self.open.last_mut() else { return };
        match open.kind {
            Kind::Structure => {}
            Kind::Item => balance::lost_address(open, &text),
            Kind::Compound if text.trim().is_empty() => {}
            Kind::Compound | Kind::Text | Kind::Value => markup::text(open, text),
        }
    }

    /// Ends what the document's end leaves open.
    fn finish(&mut self) {
        let is_cut = !self.is_over && self.open.len() > 1;
        if self.is_lenient && is_cut {
            self.repairs.note(Repair::CutOff);
        }
        while self.open.len() > 1 {
            if let Some(open) = self.open.last_mut() {
                open.element.is_cut = is_cut;
            }
            self.repairs.note(Repair::Unclosed);
            self.pop();
        }
    }
}
