//! Which tables the file has, and which keys each may hold. Knows no value.

/// A key, and how a right one looks.
pub(super) struct Key {
    pub name: &'static str,
    pub example: &'static str,
}

/// One kind of table.
pub(super) struct Shape {
    /// Its key in the root table; empty for the root itself.
    pub key: &'static str,
    /// How its header is written.
    pub header: &'static str,
    /// The keys it may hold.
    pub keys: &'static [Key],
}

impl Shape {
    /// Whether such a table may hold this key.
    pub fn holds(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }
}

const fn key(name: &'static str, example: &'static str) -> Key {
    Key { name, example }
}

pub(super) static ROOT: Shape = Shape {
    key: "",
    header: "the file",
    keys: &[
        key("include", "[\"conf.d/*.toml\"]"),
        key("server", "{ listen = \"127.0.0.1:8080\" }"),
        key("admin", "{ listen = \"127.0.0.1:8081\" }"),
        key("store", "{ path = \"data\" }"),
        key("network", "{ allow = [] }"),
        key("channel", "{ window = \"48h\" }"),
        key("defaults", "{ min_interval = \"15m\" }"),
        key("hosts", "{ \"example.vn\" = { host_delay = \"5s\" } }"),
        key("channels", "[]"),
        key("feeds", "[]"),
    ],
};

/// Of a file that is included.
pub(super) static INCLUDED: Shape =
    Shape { key: "", header: "an included file", keys: &[key("channels", "[]"), key("feeds", "[]")] };

pub(super) static SERVER: Shape = Shape {
    key: "server",
    header: "[server]",
    keys: &[key("listen", "\"127.0.0.1:8080\""), key("public_url", "\"https://tin.example.vn\"")],
};

pub(super) static ADMIN: Shape =
    Shape { key: "admin", header: "[admin]", keys: &[key("listen", "\"127.0.0.1:8081\"")] };

pub(super) static STORE: Shape = Shape {
    key: "store",
    header: "[store]",
    keys: &[
        key("path", "\"data\""),
        key("keep", "\"180d\""),
        key("keep_entries", "1000"),
        key("cache", "\"64MiB\""),
        key("compact_above", "\"256MiB\""),
        key("export", "\"exports\""),
        key("export_every", "\"24h\""),
        key("export_keep", "7"),
    ],
};

pub(super) static NETWORK: Shape =
    Shape { key: "network", header: "[network]", keys: &[key("allow", "[\"10.0.0.0/8\"]")] };

pub(super) static CHANNEL: Shape = Shape {
    key: "channel",
    header: "[channel]",
    keys: &[
        key("title", "\"Tin các tỉnh\""),
        key("window", "\"48h\""),
        key("min_entries", "50"),
        key("max_entries", "1000"),
        key("duplicates", "\"exact\""),
    ],
};

pub(super) static CHANNELS: Shape = Shape {
    key: "channels",
    header: "[[channels]]",
    keys: &[
        key("slug", "\"bao-lu\""),
        key("title", "\"Bão lũ\""),
        key("description", "\"Tin về bão và lũ.\""),
        key("provinces", "[\"nghe-an\", \"ha-tinh\"]"),
        key("sources", "[\"bao-ha-tinh\"]"),
        key("categories", "[\"Thời sự\"]"),
        key("any", "[\"bão\", \"lũ quét\"]"),
        key("all", "[\"sơ tán\"]"),
        key("none", "[\"quảng cáo\"]"),
        key("languages", "[\"vi\"]"),
        key("diacritics", "true"),
        key("look_in", "[\"title\", \"summary\", \"content\"]"),
        key("window", "\"48h\""),
        key("min_entries", "50"),
        key("max_entries", "1000"),
        key("duplicates", "\"exact\""),
    ],
};

/// What a feed may inherit.
const INHERITED: &[Key] = &[
    key("interval", "\"30m\""),
    key("min_interval", "\"15m\""),
    key("max_interval", "\"24h\""),
    key("timezone", "\"Asia/Ho_Chi_Minh\""),
    key("host_delay", "\"2s\""),
    key("max_body", "\"10MiB\""),
    key("connect_timeout", "\"15s\""),
    key("idle_timeout", "\"20s\""),
    key("total_timeout", "\"60s\""),
    key("http", "\"1.1\""),
    key("user_agent", "\"Mozilla/5.0 (compatible; tintinh)\""),
    key("headers", "{ \"X-Name\" = \"value\" }"),
    key("proxy", "\"socks5h://127.0.0.1:9050\""),
    key("ca_file", "\"ca/intermediate.pem\""),
    key("cookie_challenge", "true"),
    key("rewrite_host", "{ \"old.example.vn\" = \"new.example.vn\" }"),
    key("full_text", "true"),
    key("content", "\"summary\""),
    key("drop", "{ keywords = [\"quảng cáo\"] }"),
    key("keep", "{ categories = [\"Thời sự\"] }"),
];

/// What `drop` and `keep` hold.
const CRITERIA: &[Key] = &[
    key("keywords", "[\"quảng cáo\"]"),
    key("categories", "[\"Thời sự\"]"),
    key("links", "[\"/quang-cao/\"]"),
    key("diacritics", "true"),
    key("look_in", "[\"title\", \"summary\", \"content\"]"),
];

pub(super) static DROP: Shape = Shape { key: "drop", header: "[feeds.drop]", keys: CRITERIA };

pub(super) static KEEP: Shape = Shape { key: "keep", header: "[feeds.keep]", keys: CRITERIA };

pub(super) static DEFAULTS: Shape = Shape { key: "defaults", header: "[defaults]", keys: INHERITED };

/// Of each host's table; the table of them all holds names of hosts.
pub(super) static HOSTS: Shape = Shape { key: "hosts", header: "[hosts.\"example.vn\"]", keys: INHERITED };

pub(super) static FEEDS: Shape = Shape {
    key: "feeds",
    header: "[[feeds]]",
    keys: &[
        key("id", "\"bao-ninh-binh\""),
        key("title", "\"Báo Ninh Bình\""),
        key("province", "\"ninh-binh\""),
        key("url", "\"https://example.vn/rss\""),
        key("enabled", "false"),
        key("interval", "\"30m\""),
        key("min_interval", "\"15m\""),
        key("max_interval", "\"24h\""),
        key("timezone", "\"Asia/Ho_Chi_Minh\""),
        key("host_delay", "\"2s\""),
        key("max_body", "\"10MiB\""),
        key("connect_timeout", "\"15s\""),
        key("idle_timeout", "\"20s\""),
        key("total_timeout", "\"60s\""),
        key("http", "\"1.1\""),
        key("user_agent", "\"Mozilla/5.0 (compatible; tintinh)\""),
        key("headers", "{ \"X-Name\" = \"value\" }"),
        key("proxy", "\"socks5h://127.0.0.1:9050\""),
        key("ca_file", "\"ca/intermediate.pem\""),
        key("cookie_challenge", "true"),
        key("rewrite_host", "{ \"old.example.vn\" = \"new.example.vn\" }"),
        key("full_text", "true"),
        key("content", "\"summary\""),
        key("drop", "{ keywords = [\"quảng cáo\"] }"),
        key("keep", "{ categories = [\"Thời sự\"] }"),
        key("tls_verify", "false"),
        key("credentials_file", "\"bao-ninh-binh.secret\""),
        key("credentials_env", "\"BAO_NINH_BINH_SECRET\""),
        key("page", "{ item = \".ArticleList li\" }"),
        key("article", "{ body = \".ArticleContent\" }"),
    ],
};

/// Below a feed.
pub(super) static PAGE: Shape = Shape {
    key: "page",
    header: "[feeds.page]",
    keys: &[
        key("item", "\".ArticleList li\""),
        key("title", "\"h2.Title a\""),
        key("link", "\"h2.Title a\""),
        key("date", "\".Ngaydang\""),
        key("date_format", "\"%d/%m/%Y | %H:%M\""),
        key("summary", "\"p.sapo\""),
        key("image", "\"img\""),
        key("next", "\"a.next\""),
        key("pages", "3"),
    ],
};

/// Below a feed too.
pub(super) static ARTICLE: Shape = Shape {
    key: "article",
    header: "[feeds.article]",
    keys: &[
        key("title", "\"h1\""),
        key("date", "\".Ngaydang\""),
        key("body", "\".ArticleContent\""),
        key("author", "\".tac-gia\""),
        key("drop", "\".tin-lien-quan\""),
    ],
};

/// Why a key stands in `[[feeds]]` alone, for those who would rather write it once for all.
pub(super) fn why_each(name: &str) -> Option<&'static str> {
    match name {
        "tls_verify" => Some("to each source that cannot do without, and to no other"),
        "page" => Some("below the one source that is a page"),
        "article" => Some("below the one source whose articles it fits; `full_text = true` may stand here"),
        "credentials_file" | "credentials_env" => {
            Some("to the one source that they are for: the others would be sent them too")
        }
        _ => None,
    }
}

/// The headers of the tables other than this one that may hold the key.
pub(super) fn others_with(name: &str, this: &Shape) -> Vec<&'static str> {
    let others: Vec<_> =
        [&SERVER, &ADMIN, &STORE, &NETWORK, &CHANNEL, &DEFAULTS, &HOSTS, &CHANNELS, &FEEDS, &DROP, &KEEP]
            .into_iter()
            .filter(|shape| shape.key != this.key && shape.holds(name))
            .map(|shape| shape.header)
            .collect();
    if !others.is_empty() {
        return others;
    }
    // Their `title` is a selector, and not what others mean by one.
    let below = [&PAGE, &ARTICLE].into_iter().filter(|shape| shape.key != this.key && shape.holds(name));
    below.map(|shape| shape.header).collect()
}
