//! The page for people: what is here, and how to subscribe. No script, no request elsewhere.

use std::fmt::Write as _;

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use super::{Site, html::escape, language::Language};
use crate::{
    config::Config,
    model::{ChannelId, Province},
    publish::Format,
};

/// In the colours of `feed.css`.
const STYLE: &str = "\
:root{--paper:#fbfaf7;--card:#fff;--ink:#1c1b19;--faint:#5f5b54;--line:#e3dfd6;--accent:#a4211c;color-scheme:light dark}\
@media(prefers-color-scheme:dark){:root{--paper:#171614;--card:#211f1c;--ink:#ece9e2;--faint:#a8a298;--line:#393630;--accent:#f0857c}}\
body{font:1rem/1.55 system-ui,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif;max-width:46rem;margin:0 auto;padding:1.5rem 1rem 4rem;\
color:var(--ink);background:var(--paper)}\
h1{font:700 1.9rem/1.2 Georgia,\"Noto Serif\",serif;margin:.5rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}\
ul{list-style:none;padding:0;margin:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr));column-gap:1.5rem}\
li{padding:.35rem 0;border-top:1px solid var(--line)}a{color:inherit;text-decoration-color:var(--accent);text-underline-offset:.2em}\
a:hover{color:var(--accent)}code{overflow-wrap:anywhere}small{color:var(--faint)}.main{font-size:1.1rem;padding:.8rem 1rem;\
border:1px solid var(--line);border-left:.25rem solid var(--accent);border-radius:.4rem;background:var(--card)}";

/// The start page of the readers' listener.
pub(super) fn page(site: &Site, headers: &HeaderMap) -> Response {
    let language = Language::of(headers);
    let config = site.config.borrow().clone();
    let html = render(&config, language);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, language.tag()),
        (header::VARY, "Accept-Language"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, html).into_response()
}

fn render(config: &Config, language: Language) -> String {
    let title = escape(&config.channel.title);
    let lead = language.pick(
        "Tin từ các báo và cổng thông tin của các tỉnh, gộp lại trong một nguồn cấp. \
         Chép địa chỉ dưới đây vào trình đọc tin của bạn.",
        "News from Vietnam's provincial newspapers and portals, merged into one feed. \
         Copy the address below into your feed reader.",
    );
    let all = address(config, &ChannelId::All, Format::Rss);
    let alternate = |format: Format| {
        let (media_type, href) = (format.link_type(), address(config, &ChannelId::All, format));
        format!("<link rel=\"alternate\" type=\"{media_type}\" title=\"{title}\" href=\"{href}\">")
    };
    let alternates = Format::ALL.map(alternate).concat();
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         {alternates}<style>{STYLE}</style></head><body><main><h1>{title}</h1><p>{lead}</p>\
         <p class=\"main\"><a href=\"{all}\"><code>{all}</code></a></p>",
        language.tag()
    );
    let sources_of =
        |province| config.sources.iter().filter(move |source| source.province == Some(province)).count();
    let provinces =
        Province::all().map(|province| (province, sources_of(province))).filter(|(_, count)| *count > 0);
    section(
        &mut html,
        language.pick("Theo tỉnh", "By province"),
        provinces.map(|(province, count)| {
            let noun = match (language, count) {
                (Language::Vietnamese, _) => "nguồn",
                (Language::English, 1) => "source",
                (Language::English, _) => "sources",
            };
            let link = link(config, &ChannelId::Province(province), province.name());
            format!("{link} <small>{count} {noun}</small>")
        }),
    );
    section(
        &mut html,
        language.pick("Theo nguồn", "By source"),
        config
            .sources
            .iter()
            .map(|source| link(config, &ChannelId::Source(source.id.clone()), &source.title)),
    );
    section(
        &mut html,
        language.pick("Chuyên đề", "By subject"),
        config.channels.iter().map(|own| link(config, &ChannelId::Own(own.slug.clone()), &own.title)),
    );
    let others = language.pick("Cũng có dạng", "Also as");
    let outline = language.pick("tất cả, để nhập vào trình đọc tin", "all of them, to import into a reader");
    let home = escape(config.server.public_url.as_str());
    // Writing to a String does not fail.
    let _ = writeln!(
        html,
        "<p><small>{others} Atom (<code>.atom</code>), JSON Feed (<code>.json</code>); \
         <a href=\"{home}opml.xml\">OPML</a>: {outline}.</small></p></main></body></html>"
    );
    html
}

fn section(html: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        // Writing to a String does not fail.
        let _ = write!(html, "<h2>{heading}</h2><ul>");
        items.for_each(|item| {
            let _ = write!(html, "<li>{item}</li>");
        });
        html.push_str("</ul>");
    }
}

fn link(config: &Config, channel: &ChannelId, name: &str) -> String {
    format!("<a href=\"{}\">{}</a>", address(config, channel, Format::Rss), escape(name))
}

fn address(config: &Config, channel: &ChannelId, format: Format) -> String {
    escape(&format!("{}{channel}.{}", config.server.public_url, format.extension()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Surroundings;

    const FILE: &str = "[server]\npublic_url = \"https://tin.example.vn/x\"\n[channel]\ntitle = \"Tin <&> tỉnh\"\n\
        [[feeds]]\nid = \"a\"\ntitle = \"Báo \\\"A\\\"\"\nprovince = \"nam-dinh\"\nurl = \"https://a.vn/rss\"\n\
        [[channels]]\nslug = \"bao-lu\"\ntitle = \"Bão & lũ\"\n";

    fn page(language: Language) -> String {
        render(&crate::config::parse(FILE, &Surroundings::default()).unwrap(), language)
    }

    #[test]
    fn the_page_offers_every_feed_in_both_languages() {
        for (language, words) in [
            (Language::Vietnamese, ["lang=\"vi\"", "Theo tỉnh", "1 nguồn", "Chuyên đề"]),
            (Language::English, ["lang=\"en\"", "By province", "1 source<", "By subject"]),
        ] {
            let html = page(language);
            let everywhere = [
                "<h1>Tin &lt;&amp;&gt; tỉnh</h1>",
                "href=\"https://tin.example.vn/x/feed.xml\"",
                "type=\"application/atom+xml\" title=\"Tin &lt;&amp;&gt; tỉnh\" href=\"https://tin.example.vn/x/feed.atom\"",
                "href=\"https://tin.example.vn/x/feed.json\"",
                "href=\"https://tin.example.vn/x/opml.xml\"",
                "href=\"https://tin.example.vn/x/provinces/ninh-binh.xml\">Ninh Bình</a>",
                "href=\"https://tin.example.vn/x/sources/a.xml\">Báo &quot;A&quot;</a>",
                "href=\"https://tin.example.vn/x/channels/bao-lu.xml\">Bão &amp; lũ</a>",
            ];
            for part in words.into_iter().chain(everywhere) {
                assert!(html.contains(part), "{part} is not in {html}");
            }
        }
    }
}
