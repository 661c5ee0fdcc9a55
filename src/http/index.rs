//! The page for people: what is here, and how to subscribe. No script, no request elsewhere.

use std::{collections::HashMap, fmt::Write as _};

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use super::{Site, html::escape, language::Language, status::text::folded};
use crate::{
    config::Config,
    model::{ChannelId, Province},
    publish::{DocumentId, Format},
};

const STYLE: &str = include_str!("index.css");
/// More sources than these are not listed one by one: the outline names them all.
const SOURCES_MAX: usize = 500;

/// The start page of the readers' listener.
pub(super) fn page(site: &Site, headers: &HeaderMap) -> Response {
    let language = Language::of(headers);
    let config = site.config.borrow().clone();
    let kept = site.kept.borrow().clone();
    let count = |channel: &ChannelId| {
        let document = DocumentId { channel: channel.clone(), format: Format::Rss };
        kept.get(&document).map(|edition| edition.history.entries())
    };
    let html = render(&config, &count, language);
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

/// How many entries a channel shows, where that is known.
type Counts<'a> = &'a dyn Fn(&ChannelId) -> Option<usize>;

fn render(config: &Config, count: Counts<'_>, language: Language) -> String {
    let title = escape(&config.channel.title);
    let lead = language.pick(
        "Tin từ các báo và cổng thông tin của các tỉnh, gộp lại trong một nguồn cấp: mỗi bài một lần, theo ngày đăng.",
        "News from Vietnam's provincial newspapers and portals, merged into one feed: each story once, by its date.",
    );
    let alternate = |format: Format| {
        let (media_type, href) = (format.link_type(), address(config, &ChannelId::All, format));
        format!("<link rel=\"alternate\" type=\"{media_type}\" title=\"{title}\" href=\"{href}\">")
    };
    let alternates = Format::ALL.map(alternate).concat();
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         {alternates}<style>{STYLE}</style></head><body><main><h1>{title}</h1><p>{lead}</p>",
        language.tag()
    );
    subscribing(&mut html, config, count, language);
    provinces(&mut html, config, count, language);
    section(
        &mut html,
        language.pick("Chuyên đề", "By subject"),
        config.channels.iter().map(|own| line(config, &ChannelId::Own(own.slug.clone()), &own.title, "")),
    );
    sources(&mut html, config, language);
    html.push_str("</main></body></html>\n");
    html
}

/// The address of all, and what to do with it.
fn subscribing(html: &mut String, config: &Config, count: Counts<'_>, language: Language) {
    let all = address(config, &ChannelId::All, Format::Rss);
    let home = escape(config.server.public_url.as_str());
    let (sources, entries) = (config.sources.len(), count(&ChannelId::All));
    let counts = counted(sources, entries, language);
    let steps = match language {
        Language::Vietnamese => [
            "Cài một trình đọc tin (RSS) trên máy tính hoặc điện thoại, nếu chưa có.".to_owned(),
            "Chép địa chỉ ở trên, hoặc của một tỉnh ở dưới, và dán vào chỗ thêm nguồn của trình đọc."
                .to_owned(),
            format!("Hoặc nhập một lần tất cả các tỉnh và các nguồn: <a href=\"{home}opml.xml\">OPML</a>."),
        ],
        Language::English => [
            "Get a feed reader (RSS) for your computer or phone, if you have none.".to_owned(),
            "Copy the address above, or a province's below, and paste it where your reader adds a feed."
                .to_owned(),
            format!("Or import all provinces and sources at once: <a href=\"{home}opml.xml\">OPML</a>."),
        ],
    };
    // Writing to a String does not fail.
    let _ = write!(
        html,
        "<p class=\"main\"><a href=\"{all}\"><code>{all}</code></a><small>{counts} · {}</small></p>\
         <h2>{}</h2><ol><li>{}</li></ol>",
        others(config, &ChannelId::All, ""),
        language.pick("Cách theo dõi", "How to subscribe"),
        steps.join("</li><li>")
    );
}

fn provinces(html: &mut String, config: &Config, count: Counts<'_>, language: Language) {
    let mut sources: HashMap<Province, usize> = HashMap::new();
    for province in config.sources.iter().filter_map(|source| source.province) {
        *sources.entry(province).or_default() += 1;
    }
    let mut named: Vec<(Province, usize)> = sources.into_iter().collect();
    named.sort_by_cached_key(|(province, _)| folded(province.name()));
    section(
        html,
        language.pick("Theo tỉnh", "By province"),
        named.into_iter().map(|(province, sources)| {
            let channel = ChannelId::Province(province);
            let counts = counted(sources, count(&channel), language);
            line(config, &channel, province.name(), &counts)
        }),
    );
}

/// One by one, folded away; where they are too many, the outline has to do.
fn sources(html: &mut String, config: &Config, language: Language) {
    let number = language.number(config.sources.len() as u64);
    if config.sources.is_empty() || config.sources.len() > SOURCES_MAX {
        return;
    }
    let heading = language.pick("Theo nguồn", "By source");
    let _ = write!(html, "<details><summary>{heading} ({number})</summary><ul>");
    for source in &config.sources {
        let province = source.province.map(|province| escape(province.name()));
        let channel = ChannelId::Source(source.id.clone());
        let _ =
            write!(html, "<li>{}</li>", line(config, &channel, &source.title, &province.unwrap_or_default()));
    }
    html.push_str("</ul></details>");
}

fn section(html: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        let _ = write!(html, "<h2>{heading}</h2><ul>");
        items.for_each(|item| {
            let _ = write!(html, "<li>{item}</li>");
        });
        html.push_str("</ul>");
    }
}

/// A channel by its name, what there is in it, and its other formats.
fn line(config: &Config, channel: &ChannelId, name: &str, more: &str) -> String {
    let name = escape(name);
    let dot = if more.is_empty() { "" } else { " · " };
    format!(
        "<a href=\"{}\"><bdi>{name}</bdi></a><small>{more}{dot}{}</small>",
        address(config, channel, Format::Rss),
        others(config, channel, &name)
    )
}

/// Links to a channel in the formats beside RSS; what they are of stands in words for those who hear the page.
fn others(config: &Config, channel: &ChannelId, name: &str) -> String {
    let label = |format: &str| {
        if name.is_empty() { String::new() } else { format!(" aria-label=\"{format}: {name}\"") }
    };
    let link = |format: Format, called: &str| {
        format!("<a href=\"{}\"{}>{called}</a>", address(config, channel, format), label(called))
    };
    format!("{} · {}", link(Format::Atom, "Atom"), link(Format::Json, "JSON"))
}

/// How many sources there are, and how many entries they have now.
fn counted(sources: usize, entries: Option<usize>, language: Language) -> String {
    let one = |count: usize, vietnamese: &str, singular: &str, plural: &str| {
        let noun = language.pick(vietnamese, if count == 1 { singular } else { plural });
        format!("{} {noun}", language.number(count as u64))
    };
    let sources = one(sources, "nguồn", "source", "sources");
    let entries = entries.map(|count| one(count, "bài", "entry", "entries"));
    std::iter::once(sources).chain(entries).collect::<Vec<_>>().join(" · ")
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
        let config = crate::config::parse(FILE, &Surroundings::default()).unwrap();
        render(&config, &|channel| (*channel == ChannelId::All).then_some(1_234), language)
    }

    #[test]
    fn the_page_offers_every_feed_in_both_languages() {
        for (language, words) in [
            (
                Language::Vietnamese,
                ["lang=\"vi\"", "Theo tỉnh", "1 nguồn · 1.234 bài", "Cách theo dõi", "Chuyên đề"],
            ),
            (
                Language::English,
                ["lang=\"en\"", "By province", "1 source · 1,234 entries", "How to subscribe", "By subject"],
            ),
        ] {
            let html = page(language);
            let everywhere = [
                "<h1>Tin &lt;&amp;&gt; tỉnh</h1>",
                "href=\"https://tin.example.vn/x/feed.xml\"",
                "type=\"application/atom+xml\" title=\"Tin &lt;&amp;&gt; tỉnh\" href=\"https://tin.example.vn/x/feed.atom\"",
                "href=\"https://tin.example.vn/x/feed.json\"",
                "href=\"https://tin.example.vn/x/opml.xml\"",
                "href=\"https://tin.example.vn/x/provinces/ninh-binh.xml\"><bdi>Ninh Bình</bdi></a><small>1 ",
                "href=\"https://tin.example.vn/x/provinces/ninh-binh.atom\" aria-label=\"Atom: Ninh Bình\">Atom</a>",
                "href=\"https://tin.example.vn/x/sources/a.xml\"><bdi>Báo &quot;A&quot;</bdi></a>",
                "href=\"https://tin.example.vn/x/channels/bao-lu.xml\"><bdi>Bão &amp; lũ</bdi></a>",
            ];
            for part in words.into_iter().chain(everywhere) {
                assert!(html.contains(part), "{part} is not in {html}");
            }
        }
    }

    #[test]
    fn a_nation_of_sources_is_not_listed_one_by_one() {
        let mut config = crate::config::parse(FILE, &Surroundings::default()).unwrap();
        config.sources = vec![config.sources[0].clone(); 40_000];
        let html = render(&config, &|_| None, Language::English);
        assert!(html.contains("<small>40,000 sources · <a"), "{html}");
        assert!(html.contains("opml.xml") && html.len() < 10_000, "{}", html.len());
    }
}
