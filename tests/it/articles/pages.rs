//! The pages of articles, in the shapes of the platforms that publishers use, and what each tells.
//!
//! `tests/fixtures/articles/` holds for each `<name>.html`, the page, and `<name>.json`: `asked` says under which title and
//! address (`url`, and `asked` where it was redirected) and by which selectors (`rules`) it is read, `wanted` what comes
//! of it: each key exactly, `begins` and `ends` of the text, and `lacks`, what must not stand in it.

use std::{fs, path::Path};

use chrono::DateTime;
use chrono_tz::Tz;
use serde_json::Value;
use tintinh::{
    model::{Article, ArticleRules},
    normalize::{self, text_of_clean, timestamp},
    parse::{Awaited, Document, ParseError, parse_article},
};

/// With fewer, the walk has missed some.
const FEWEST: usize = 26;

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn read(bytes: &[u8], asked: &Value) -> Result<Article, ParseError> {
    let rules = &asked["rules"];
    let rules = ArticleRules {
        title: text(&rules["title"]),
        date: text(&rules["date"]),
        body: text(&rules["body"]),
        author: text(&rules["author"]),
        drop: text(&rules["drop"]),
    };
    let url = asked["url"].as_str().unwrap().parse().unwrap();
    let first = asked["asked"].as_str().map_or_else(|| Clone::clone(&url), |asked| asked.parse().unwrap());
    let awaited = Awaited { asked: &first, title: asked["title"].as_str().unwrap() };
    let document = Document { bytes, content_type: None, url: &url };
    let zone = Tz::Asia__Ho_Chi_Minh;
    let page = parse_article(&document, &rules, &awaited, move |text| timestamp::read(text, zone))?;
    Ok(normalize::article(&page, &[].into()))
}

/// What of it is not as wanted, in words.
fn differences(article: &Article, wanted: &Value) -> Vec<String> {
    let content = article.content.clone().unwrap_or_default();
    let plain = text_of_clean(&content);
    let lead = article.summary.as_deref().map(text_of_clean);
    let published = article.published.map(|at| at.fixed_offset());
    let instant = wanted["published"].as_str().map(|at| DateTime::parse_from_rfc3339(at).unwrap());
    let author = article.authors.first().map(|author| author.name.clone());
    let begins = wanted["begins"].as_str().unwrap_or_default();
    let ends = wanted["ends"].as_str().unwrap_or_default();
    let lacks = wanted["lacks"].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
    let present: Vec<&str> = lacks.filter(|it| content.contains(it)).collect();
    let findings = [
        ("title", article.title == text(&wanted["title"]), format!("{:?}", article.title)),
        ("published", published == instant, format!("{published:?}")),
        ("author", author == text(&wanted["author"]), format!("{author:?}")),
        ("image", article.image == text(&wanted["image"]), format!("{:?}", article.image)),
        ("lead", lead == text(&wanted["lead"]), format!("{lead:?}")),
        ("begins", plain.starts_with(begins), plain.chars().take(80).collect()),
        (
            "ends",
            plain.ends_with(ends),
            plain.chars().rev().take(80).collect::<String>().chars().rev().collect(),
        ),
        ("lacks", present.is_empty(), format!("{present:?}")),
    ];
    findings
        .into_iter()
        .filter(|(.., well)| !well.is_empty())
        .filter(|(_, well, _)| !well)
        .map(|(name, _, found)| format!("  {name}: found {found}"))
        .collect()
}

#[test]
fn every_article_tells_what_stands_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/articles");
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|ending| ending == "html"));
    names.sort();
    assert!(names.len() >= FEWEST, "read only {} pages", names.len());
    let mut problems = Vec::new();
    for page in &names {
        let expected: Value =
            serde_json::from_slice(&fs::read(page.with_extension("json")).unwrap()).unwrap();
        let wanted = &expected["wanted"];
        let told = match (read(&fs::read(page).unwrap(), &expected["asked"]), wanted["error"].as_str()) {
            (Ok(article), None) => differences(&article, wanted),
            (Err(error), Some(words)) if error.to_string() == words => vec![],
            (other, _) => vec![format!("  found {other:?}")],
        };
        if !told.is_empty() {
            problems.push(format!("{}:\n{}", page.file_stem().unwrap().display(), told.join("\n")));
        }
    }
    assert!(problems.is_empty(), "\n{}\n\n{} of {} pages", problems.join("\n"), problems.len(), names.len());
}
