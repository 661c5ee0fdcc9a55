//! Proposes where a page's news stands, by what people see: blocks of one shape, each with a headline's link, and a date.
//! Knows no platform by name.

mod naming;
mod records;
mod score;

use scraper::Html;
use url::Url;

use self::records::Record;
use super::{Listing, item::Reading, list, own, selectors::Selectors};
use crate::{
    model::PageRules,
    parse::{
        Document, ParseError,
        page::{Expected, PageError, alternates, base, dom, listing_of_sitemap, sitemap},
        reader::ReadDate,
        sniff::{self, Form},
    },
};

/// With fewer blocks of one shape there is no list.
const FEWEST: usize = 3;

/// What can be done with a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The feeds that it names, with their titles.
    pub alternates: Vec<(String, Option<String>)>,
    /// How it is best read; none where no list was found in it.
    pub proposal: Option<Proposal>,
}

/// A way to read a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The rules; without an `item` the page tells its news by itself.
    pub rules: PageRules,
    /// In which vocabulary, where it does.
    pub vocabulary: Option<&'static str>,
    /// What they yield.
    pub listing: Listing,
}

/// Looks a page over.
///
/// # Errors
/// See [`super::parse_page`]; a page without a list is none.
pub fn survey<F>(document: &Document<'_>, read_date: F) -> Result<Survey, ParseError>
where
    F: Fn(&str) -> Option<crate::model::Timestamp> + Send + Sync + 'static,
{
    let read_date: ReadDate = std::sync::Arc::new(read_date);
    let (mut survey, note) = super::super::decoded(document, |text| {
        if let Ok(Form::Xml { stranger: Some(root), .. }) = sniff::form(text)
            && root.eq_ignore_ascii_case("urlset")
        {
            let feed = sitemap::read(text, document.url, &read_date);
            let listing = listing_of_sitemap(feed, &Expected { asked: document.url, matched: None })?;
            let proposal =
                Proposal { rules: PageRules::default(), vocabulary: Some("a news sitemap"), listing };
            return Ok(Survey { alternates: Vec::new(), proposal: Some(proposal) });
        }
        let page = dom::read(text).map_err(PageError::from)?;
        let alternates = alternates(&page, &base(&page, document.url));
        Ok(Survey { alternates, proposal: proposal(&page, document.url, &read_date) })
    })?;
    if let Some(proposal) = &mut survey.proposal {
        proposal.listing.feed.repairs.splice(0..0, note);
    }
    Ok(survey)
}

fn proposal(page: &Html, url: &Url, read_date: &ReadDate) -> Option<Proposal> {
    let expected = Expected { asked: url, matched: None };
    let read = |rules: &PageRules| list(page, url, rules, &expected, read_date).ok();
    let seen = by_shape(page, url, read_date);
    let seen = seen.and_then(|rules| Some(Proposal { listing: read(&rules)?, rules, vocabulary: None }));
    let seen = seen.filter(|seen| seen.listing.feed.items.len() >= FEWEST);
    let rules = PageRules { pages: PageRules::PAGES, ..PageRules::default() };
    let told = read(&rules).and_then(|listing| {
        let selectors = Selectors::of(&rules).ok()?;
        let base = base(page, url);
        let reading = Reading { selectors: &selectors, date_format: None, base: &base, read_date };
        let vocabulary = own::items(page, &reading)?.1;
        Some(Proposal { rules, vocabulary: Some(vocabulary), listing })
    });
    let count = |proposal: &Proposal| proposal.listing.feed.items.len();
    match (told, seen) {
        // What a page tells by itself outlives its looks; but some tell only their three leading stories.
        (Some(told), Some(seen)) => Some(if count(&told) * 3 >= count(&seen) * 2 { told } else { seen }),
        (told, seen) => told.or(seen),
    }
}

/// The rules for the likeliest list that is seen on the page.
fn by_shape(page: &Html, url: &Url, read_date: &ReadDate) -> Option<PageRules> {
    let base = base(page, url);
    let groups = records::groups(page, &base, url, read_date);
    let likely =
        groups.into_iter().filter(|group| group.len() >= FEWEST).map(|group| (score::of(&group), group));
    let mut likely: Vec<(f64, Vec<Record<'_>>)> = likely.filter(|(score, _)| *score > 0.0).collect();
    // The first of equals: lists of news stand above others.
    likely.sort_by(|one, other| other.0.total_cmp(&one.0));
    likely.iter().take(3).find_map(|(_, group)| naming::rules(page, group, &base, read_date))
}
