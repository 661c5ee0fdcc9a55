//! What a person sees who opens a feed in a browser: CSS over the XML itself. Browsers are giving up XSLT.

use super::Channel;

/// The stylesheet.
pub const STYLESHEET: &str = include_str!("feed.css");
/// What it is called on the readers' listener.
pub const STYLESHEET_NAME: &str = "feed.css";
/// For the `Content-Type` header.
pub const STYLESHEET_TYPE: &str = "text/css; charset=utf-8";

/// The instruction that leads a browser to it (XML Stylesheet 1.0). Relative to the document, as a proxy may serve us at
/// another address and path than those that we know of.
fn instruction(channel: &Channel) -> String {
    let path = channel.address.strip_prefix(&channel.home).unwrap_or_default();
    let up = "../".repeat(path.matches('/').count());
    format!("<?xml-stylesheet type=\"text/css\" href=\"{up}{STYLESHEET_NAME}\"?>\n")
}

/// The channel's XML document with the instruction behind its declaration.
pub(super) fn styled(document: &str, channel: &Channel) -> Vec<u8> {
    let declaration = document.find("?>").map_or(0, |end| end + 2);
    let (head, body) = document.split_at(if document.starts_with("<?xml ") { declaration } else { 0 });
    [head, "\n", &instruction(channel), body.trim_start()].concat().trim_start().as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_is_found_wherever_the_document_is() {
        let table = [
            ("feed", "feed.css"),
            ("archive/7", "../feed.css"),
            ("provinces/hue", "../feed.css"),
            ("channels/bao-lu/archive/0731ec75-0", "../../../feed.css"),
        ];
        let home = "https://tin.example.vn/x/".to_owned();
        for (path, wanted) in table {
            let channel =
                Channel { address: format!("{home}{path}"), home: home.clone(), ..Channel::default() };
            let wanted = format!("<?xml-stylesheet type=\"text/css\" href=\"{wanted}\"?>\n");
            assert_eq!(instruction(&channel), wanted, "{path}");
        }
    }
}
