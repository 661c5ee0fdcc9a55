//! What a person sees who opens a feed in a browser: CSS over the XML itself. Browsers are giving up XSLT.

/// The stylesheet.
pub const STYLESHEET: &str = include_str!("feed.css");
/// What it is called on the readers' listener.
pub const STYLESHEET_NAME: &str = "feed.css";
/// For the `Content-Type` header.
pub const STYLESHEET_TYPE: &str = "text/css; charset=utf-8";

/// The instruction that leads a browser to it (XML Stylesheet 1.0), where `home` is where we are served.
fn instruction(home: &str) -> String {
    let home = home.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    format!("<?xml-stylesheet type=\"text/css\" href=\"{home}{STYLESHEET_NAME}\"?>\n")
}

/// The XML document with the instruction behind its declaration.
pub(super) fn styled(document: &str, home: &str) -> Vec<u8> {
    let declaration = document.find("?>").map_or(0, |end| end + 2);
    let (head, body) = document.split_at(if document.starts_with("<?xml ") { declaration } else { 0 });
    [head, "\n", &instruction(home), body.trim_start()].concat().trim_start().as_bytes().to_vec()
}
