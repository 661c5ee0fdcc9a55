//! `full_text` and `[feeds.article]`: what they become, and what is told of wrong ones.

use super::*;
use crate::model::ArticleRules;

fn article(file: &str) -> Option<Arc<ArticleRules>> {
    good(file).sources[0].article.clone()
}

#[test]
fn articles_are_read_where_a_source_or_what_it_inherits_says_so() {
    let plain = Some(Arc::new(ArticleRules::default()));
    let body = "[feeds.article]\nbody = \".b\"";
    let by_body = Some(Arc::new(ArticleRules { body: Some(".b".to_owned()), ..ArticleRules::default() }));
    let table = [
        (feed(""), None),
        (feed("full_text = true"), plain.clone()),
        (feed("full_text = false"), None),
        (feed(body), by_body.clone()),
        (feed(&format!("full_text = true\n{body}")), by_body.clone()),
        (feed(&format!("full_text = false\n{body}")), None),
        (format!("[defaults]\nfull_text = true\n{}", feed("")), plain.clone()),
        (format!("[defaults]\nfull_text = true\n{}", feed("full_text = false")), None),
        (format!("[defaults]\nfull_text = false\n{}", feed(body)), by_body),
        (feed("[feeds.article]"), plain),
    ];
    for (file, wanted) in table {
        assert_eq!(article(&file), wanted, "{file}");
    }
    let whole =
        "[feeds.article]\ntitle = \"h1\"\ndate = \".d\"\nbody = \".b\"\nauthor = \".a\"\ndrop = \".x, .y\"";
    let some = |text: &str| Some(text.to_owned());
    let rules = ArticleRules {
        title: some("h1"),
        date: some(".d"),
        body: some(".b"),
        author: some(".a"),
        drop: some(".x, .y"),
    };
    assert_eq!(article(&feed(whole)).as_deref(), Some(&rules));
}

#[test]
fn what_is_wrong_with_an_article_is_told_with_its_place() {
    let cases = [
        (
            feed("[feeds.article]\nbody = \"div..b\""),
            "line 6: `feeds.bao-a.article.body` is \"div..b\", a selector that goes wrong at `.b`, at character 5: write a \
             CSS selector, like .ArticleList li or h2.Title a",
        ),
        (
            feed("[feeds.article]\nbdy = \"p\""),
            "line 6: `feeds.bao-a.article.bdy` is not known: did you mean `body`?",
        ),
        (feed("full_text = 1"), "line 5: `feeds.bao-a.full_text` is a number, but must be true or false"),
        (
            "[defaults]\narticle = { body = \"p\" }".to_owned(),
            "line 2: `defaults.article` is not known: it belongs to [[feeds]], below the one source whose articles it \
             fits; `full_text = true` may stand here",
        ),
        (feed("body = \"p\""), "line 5: `feeds.bao-a.body` is not known: it belongs to [feeds.article]"),
    ];
    for (file, wanted) in cases {
        let found = told(&file);
        assert!(found.len() == 1 && found[0].starts_with(wanted), "{found:?}");
    }
}
