//! Builds a page's tree, and counts while it does. Knows no element's meaning.
//!
//! A sink cannot stop who fills it, so it only says that there is too much; who feeds the parser asks after each piece.

use std::{
    borrow::Cow,
    cell::{Cell, Ref},
};

use html5ever::{
    Attribute, QualName,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    tendril::StrTendril,
};
use scraper::{Html, HtmlTreeSink};

use super::dom::{DEPTH_MAX, ELEMENTS_MAX, TooMuch};

type Handle = <HtmlTreeSink as TreeSink>::Handle;

/// How often a second `<html>` or `<body>` may add attributes to the first: each looks through all of them.
const ADDITIONS_MAX: usize = 256;

pub(super) struct Sink {
    inner: HtmlTreeSink,
    elements: Cell<usize>,
    additions: Cell<usize>,
    excess: Cell<Option<TooMuch>>,
}

impl Sink {
    pub(super) fn new() -> Self {
        Self {
            inner: HtmlTreeSink::new(Html::new_document()),
            elements: Cell::new(0),
            additions: Cell::new(0),
            excess: Cell::new(None),
        }
    }

    /// What there is too much of, once there is.
    pub(super) fn excess(&self) -> Option<TooMuch> {
        self.excess.get()
    }

    fn measure(&self, parent: Handle) {
        let tree = self.inner.0.borrow();
        let above = tree.tree.get(parent).map_or(0, |node| node.ancestors().take(DEPTH_MAX).count());
        if above >= DEPTH_MAX {
            self.excess.set(Some(TooMuch::Depth));
        }
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.inner.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Ref<'a, QualName> {
        self.inner.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.elements.set(self.elements.get() + 1);
        if self.elements.get() > ELEMENTS_MAX {
            self.excess.set(Some(TooMuch::Elements));
        }
        self.inner.create_element(name, attrs, flags)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.inner.create_comment(StrTendril::new())
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        if matches!(child, NodeOrText::AppendNode(_)) {
            self.measure(*parent);
        }
        self.inner.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        self.measure(*element);
        self.inner.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.inner.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, node: NodeOrText<Handle>) {
        self.inner.append_before_sibling(sibling, node);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.additions.set(self.additions.get() + 1);
        if self.additions.get() > ADDITIONS_MAX {
            self.excess.set(Some(TooMuch::Attributes));
            return;
        }
        self.inner.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        self.inner.reparent_children(node, parent);
    }
}
