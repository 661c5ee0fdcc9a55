//! Why what a publisher sent cannot be read.

use tintinh::parse::{ArticleError, Excess, PageError, ParseError, TooMuch, Unreadable};

use super::{Told, kinds};

kinds!(ParseError:
    Empty, TooLarge, WebPage, CookieChallenge, Unknown, OtherXml, OtherJson, Page, Article, Charset, TooComplex,
    IllFormed,
);
kinds!(PageError: NothingMatches, NothingUsable, NothingToldByItself, TooMuch, Selector);
kinds!(ArticleError: BodyMissing, NoText, Elsewhere, NoPage, TooLong, TooMuch, Selector);
kinds!(TooMuch: Elements, Depth, Attributes);
kinds!(Excess: Depth, Values);

const PLACE: &str = ": it is a page titled “Cổng thông tin”, with 1204 letters";

fn of_documents() -> Vec<ParseError> {
    vec![
        ParseError::Empty,
        ParseError::TooLarge(20 << 20),
        ParseError::WebPage { title: Some("Đăng nhập".to_owned()) },
        ParseError::CookieChallenge,
        ParseError::Unknown { start: "Xin chào".to_owned() },
        ParseError::OtherXml { root: "sitemapindex".to_owned() },
        ParseError::OtherJson,
        ParseError::Page(PageError::NothingUsable { matched: 12 }),
        ParseError::Article(ArticleError::TooLong(3 << 20)),
        ParseError::Charset(Unreadable),
        ParseError::TooComplex(Excess::Depth),
        ParseError::IllFormed(serde_json::from_str::<u8>("{").unwrap_err()),
    ]
}

fn of_pages() -> Vec<PageError> {
    let (place, key, message) = (PLACE.to_owned(), "item", "has no end".to_owned());
    vec![
        PageError::NothingMatches { last: Some(20), place: place.clone() },
        PageError::NothingMatches { last: None, place: place.clone() },
        PageError::NothingUsable { matched: 12 },
        PageError::NothingToldByItself { last: Some(20), place: place.clone() },
        PageError::NothingToldByItself { last: None, place },
        PageError::TooMuch(TooMuch::Depth),
        PageError::Selector { key, position: 3, message },
    ]
}

fn of_articles() -> Vec<ArticleError> {
    let place = PLACE.to_owned();
    vec![
        ArticleError::BodyMissing { place: place.clone() },
        ArticleError::NoText { place: place.clone() },
        ArticleError::Elsewhere { place },
        ArticleError::NoPage { what: "application/pdf".to_owned() },
        ArticleError::TooLong(3 << 20),
        ArticleError::TooMuch(TooMuch::Depth),
        ArticleError::Selector { key: "body", position: 3, message: "has no end".to_owned() },
    ]
}

#[test]
fn errors_of_documents_say_what_came() {
    let mut told = Told::default();
    told.all(of_documents(), ToString::to_string);
    told.all(of_pages(), ToString::to_string);
    told.all(of_articles(), ToString::to_string);
    told.all([TooMuch::Elements, TooMuch::Depth, TooMuch::Attributes], ToString::to_string);
    told.all([Excess::Depth, Excess::Values], ToString::to_string);
    told.compare("documents.txt");
}
