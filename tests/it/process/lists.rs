//! Lists of subscriptions in and out, a file to begin with, and the schema, as an admin at a shell has them.

use std::fs;

use super::{path, ran};

const LIST: &str = "<opml version=\"2.0\"><body><outline text=\"Báo tỉnh\">\
    <outline type=\"rss\" text=\"Báo Ninh Bình\" xmlUrl=\"https://a.vn/rss\"/>\
    <outline type=\"rss\" text=\"Báo Gia Lai\" xmlUrl=\"https://baogialai.com.vn/rss/home.rss\"/></outline></body></opml>";

#[tokio::test]
async fn a_new_admin_begins_with_a_file_and_the_list_of_a_feed_reader() {
    let folder = tempfile::tempdir().unwrap();
    let (file, list) = (folder.path().join("feeds.toml"), folder.path().join("list.opml"));
    let begun = ran(["init", path(&file)]).await;
    assert_eq!((begun.code, begun.stderr.len()), (Some(0), 0), "{begun:#?}");
    let starter = fs::read_to_string(&file).unwrap();
    let again = ran(["init", path(&file)]).await;
    assert_eq!((again.code, again.stdout.len()), (Some(1), 0), "{again:#?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), starter, "nothing is overwritten");
    let schema = ran(["schema"]).await;
    let beside = fs::read_to_string(folder.path().join("feeds.schema.json")).unwrap();
    assert_eq!(schema.stdout.join("\n"), beside.trim_end());

    fs::write(&list, LIST).unwrap();
    let tables = ran(["opml", "import", path(&list), "--config", path(&file)]).await;
    assert_eq!(tables.code, Some(0), "{tables:#?}");
    assert_eq!(
        tables.stdout,
        [
            "[[feeds]]",
            "id = \"bao-ninh-binh\"",
            "title = \"Báo Ninh Bình\"",
            "province = \"ninh-binh\"",
            "url = \"https://a.vn/rss\"",
        ]
    );
    assert_eq!(tables.stderr, ["tintinh: 1 feeds to paste; 1 left out as known, 0 as no feeds"]);
    fs::write(&file, format!("{starter}\n{}\n", tables.stdout.join("\n"))).unwrap();
    assert_eq!(ran(["check", "--config", path(&file)]).await.code, Some(0));

    let exported = ran(["opml", "export", "--config", path(&file)]).await;
    assert_eq!(exported.code, Some(0), "{exported:#?}");
    let text = exported.stdout.join("\n");
    let document = roxmltree::Document::parse(&text).unwrap();
    let addresses: Vec<_> = document.descendants().filter_map(|node| node.attribute("xmlUrl")).collect();
    // In the order of the provinces.
    assert_eq!(addresses, ["https://a.vn/rss", "https://baogialai.com.vn/rss/home.rss"]);
    // What goes out comes in again: all of it is known.
    fs::write(&list, text).unwrap();
    let known = ran(["opml", "import", path(&list), "--config", path(&file)]).await;
    assert_eq!(known.stderr, ["tintinh: 0 feeds to paste; 2 left out as known, 0 as no feeds"]);
}

#[tokio::test]
async fn a_list_that_is_none_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (file, list) = (folder.path().join("feeds.toml"), folder.path().join("list.opml"));
    let import = async || ran(["opml", "import", path(&list), "--config", path(&file)]).await;
    let missing = import().await;
    assert_eq!((missing.code, missing.stdout.len(), missing.stderr.len()), (Some(1), 0, 1), "{missing:#?}");
    fs::write(&list, "<rss/>").unwrap();
    let none = import().await;
    assert_eq!((none.code, none.stdout.len(), none.stderr.len()), (Some(2), 0, 1), "{none:#?}");
    assert!(none.stderr[0].ends_with("it is no OPML list: export one from your feed reader"), "{none:#?}");
}
