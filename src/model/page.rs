//! Where news stands in a page that is no feed, as an admin says it. Knows no language of selectors.

/// `[feeds.page]` of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRules {
    /// What each entry stands in, as a CSS selector. None: what the page says of itself is read (JSON-LD, h-entry,
    /// `<article>` with a `<time>`, a news sitemap), and nothing else here counts.
    pub item: Option<String>,
    /// Within the item, or the item itself; none: the link that looks like a headline.
    pub title: Option<String>,
    /// None: the title's.
    pub link: Option<String>,
    /// None: a `<time datetime>`, where there is one.
    pub date: Option<String>,
    /// How the date is written, in the signs of strftime; none: as dates of feeds are read.
    pub date_format: Option<String>,
    /// The lead.
    pub summary: Option<String>,
    /// The picture.
    pub image: Option<String>,
    /// The link to the next page, in the whole page.
    pub next: Option<String>,
    /// How many pages are read at the first poll, this one included; 0 is [`PageRules::PAGES`].
    pub pages: usize,
}

impl PageRules {
    /// How many pages are read at the first poll unless the admin says otherwise.
    pub const PAGES: usize = 3;
    /// More pages than these nobody may ask for.
    pub const PAGES_MAX: usize = 20;

    /// How many pages are read at the first poll.
    #[must_use]
    pub fn pages(&self) -> usize {
        if self.pages == 0 { Self::PAGES } else { self.pages.min(Self::PAGES_MAX) }
    }

    /// The keys that hold selectors, with what they hold.
    #[must_use]
    pub fn selectors(&self) -> [(&'static str, Option<&str>); 7] {
        [
            ("item", self.item.as_deref()),
            ("title", self.title.as_deref()),
            ("link", self.link.as_deref()),
            ("date", self.date.as_deref()),
            ("summary", self.summary.as_deref()),
            ("image", self.image.as_deref()),
            ("next", self.next.as_deref()),
        ]
    }
}
