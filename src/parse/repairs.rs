//! What was done to a document to read it, counted, and told in plain words. Knows no markup.

/// One kind of repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    /// Text or markup before the feed.
    Junk,
    /// XML 1.0 section 2.8: only the very beginning may hold one.
    LateDeclaration,
    BareAmpersand,
    BareLessThan,
    /// A named character of HTML, which XML knows only with a DTD.
    HtmlEntity,
    /// An entity that the document itself declares; feed-rs leaves those as they are.
    OwnEntity,
    /// Not quoted, not closed, or without a value.
    Attribute,
    /// A tag without its `>`.
    OpenTag,
    OpenComment,
    OpenCData,
    Unclosed,
    Stray,
    /// Of JSON: one that nothing follows.
    Comma,
    /// Of JSON: one that is none, or half a character (RFC 8259 §8.2).
    Escape,
    /// An end tag in another case than its start tag, or with another prefix.
    Spelling,
    CutOff,
    /// Beyond a limit on elements, nesting or attributes.
    TooMany,
    /// An outermost element that no format knows.
    Root,
    /// Items that the strict reader does not find.
    Lost,
    /// Does no harm to the reader; it is told, and needs no second reading.
    ControlCharacter,
}

const KINDS: usize = Repair::ControlCharacter as usize + 1;

/// The most prefixes that are told.
const PREFIXES_MAX: usize = 8;

/// All that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Repairs {
    counts: [usize; KINDS],
    prefixes: Vec<String>,
    /// Why the strict reader would not have it.
    refusal: Option<String>,
    is_damaged: bool,
}

impl Repairs {
    pub(super) fn note(&mut self, repair: Repair) {
        self.note_many(repair, 1);
    }

    pub(super) fn note_many(&mut self, repair: Repair, count: usize) {
        if let Some(sum) = self.counts.get_mut(repair as usize) {
            *sum += count;
            self.is_damaged |= count > 0 && repair != Repair::ControlCharacter;
        }
    }

    /// A prefix that the document uses and does not declare.
    pub(super) fn declare(&mut self, prefix: &str) {
        self.is_damaged = true;
        if self.prefixes.len() < PREFIXES_MAX && !self.prefixes.iter().any(|known| known == prefix) {
            self.prefixes.push(prefix.to_owned());
        }
    }

    pub(super) fn refuse(&mut self, reason: String) {
        self.refusal.get_or_insert(reason);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.is_damaged |= other.is_damaged;
        self.counts.iter_mut().zip(other.counts).for_each(|(sum, count)| *sum += count);
        other.prefixes.iter().for_each(|prefix| self.declare(prefix));
        if let Some(reason) = &other.refusal {
            self.refuse(reason.clone());
        }
    }

    /// Whether the document is ill-formed, or says what feed-rs would not understand.
    pub(super) fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// In plain words, each once.
    pub(super) fn told(&self) -> Vec<String> {
        let refusal =
            self.refusal.iter().map(|reason| format!("rewritten, because strictly read it says: {reason}"));
        let counted = ALL.iter().filter_map(|&repair| {
            let count = self.counts.get(repair as usize).copied().unwrap_or_default();
            (count > 0).then(|| words(repair, count))
        });
        let prefixes = self.prefixes.iter().map(|prefix| format!("declared the {prefix} namespace"));
        refusal.chain(counted).chain(prefixes).collect()
    }
}

const ALL: [Repair; KINDS] = [
    Repair::Junk,
    Repair::LateDeclaration,
    Repair::BareAmpersand,
    Repair::BareLessThan,
    Repair::HtmlEntity,
    Repair::OwnEntity,
    Repair::Attribute,
    Repair::OpenTag,
    Repair::OpenComment,
    Repair::OpenCData,
    Repair::Unclosed,
    Repair::Stray,
    Repair::Comma,
    Repair::Escape,
    Repair::Spelling,
    Repair::CutOff,
    Repair::TooMany,
    Repair::Root,
    Repair::Lost,
    Repair::ControlCharacter,
];

fn words(repair: Repair, count: usize) -> String {
    let counted = |verb: &str, one: &str, many: &str| {
        if count == 1 { format!("{verb} 1 {one}") } else { format!("{verb} {count} {many}") }
    };
    match repair {
        Repair::Junk => "left out what stands before the feed".to_owned(),
        Repair::LateDeclaration => {
            counted("ignored", "misplaced XML declaration", "misplaced XML declarations")
        }
        Repair::BareAmpersand => counted("took as text", "bare &", "bare &"),
        Repair::BareLessThan => counted("took as text", "bare <", "bare <"),
        Repair::HtmlEntity => counted("resolved", "undeclared entity", "undeclared entities"),
        Repair::OwnEntity => counted("expanded", "entity of its own", "entities of its own"),
        Repair::Attribute => counted("mended", "attribute", "attributes"),
        Repair::OpenTag => counted("mended", "tag without its end", "tags without their end"),
        Repair::OpenComment => counted("ignored", "comment without an end", "comments without an end"),
        Repair::OpenCData => counted("closed", "open CDATA section", "open CDATA sections"),
        Repair::Unclosed => counted("closed", "unclosed tag", "unclosed tags"),
        Repair::Stray => counted("ignored", "stray end tag", "stray end tags"),
        Repair::Comma => counted("ignored", "stray comma", "stray commas"),
        Repair::Escape => counted("mended", "escaped character", "escaped characters"),
        Repair::Spelling => counted("matched", "end tag spelt otherwise", "end tags spelt otherwise"),
        Repair::CutOff => "cut off in mid-document".to_owned(),
        Repair::TooMany => "left out what is beyond the limits".to_owned(),
        Repair::Root => "took it for a feed by its items".to_owned(),
        Repair::Lost => counted("found", "item that strict reading loses", "items that strict reading loses"),
        Repair::ControlCharacter => counted("dropped", "control character", "control characters"),
    }
}
