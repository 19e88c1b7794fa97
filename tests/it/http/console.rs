//! The console as browsers load it. These tests need npm, because the console must be built in.

use crate::on_sqlite;
use crate::support::Server;
use flate2::read::GzDecoder;
use reqwest::{Method, Response};
use std::collections::BTreeSet;
use std::io::Read as _;

on_sqlite!(
    every_file_that_the_page_loads_exists,
    files_are_served_in_the_requested_encoding,
    assets_are_cached_and_the_page_is_revalidated,
    the_content_security_policy_allows_only_own_files,
    every_console_path_serves_the_same_page,
    unknown_paths_are_not_found,
    the_console_does_not_hide_other_endpoints,
    head_requests_have_no_body,
    unchanged_files_are_not_sent_again,
);

const PAGES: [&str; 9] = [
    "/",
    "/sign-in",
    "/forgot-password",
    "/setup",
    "/accept-invitation",
    "/reset-password",
    "/account",
    "/w/bQ1",
    "/w/bQ1/members/x?after=y",
];
const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let url = format!("{}{path}", server.url);
    let mut request = reqwest::Client::new().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(server, Method::GET, path, headers).await
}

async fn text(server: &Server, path: &str) -> String {
    get(server, path, &[]).await.text().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

/// Returns the quoted strings of a page or script.
fn quoted(code: &str) -> impl Iterator<Item = &str> {
    code.split(['"', '\'', '`'])
}

/// Returns the page of the console. Without npm, it would be a different one.
async fn app(server: &Server) -> String {
    let html = text(server, "/").await;
    assert!(html.contains("<script type=\"module\""), "no app: {html}");
    assert!(html.contains("<link rel=\"stylesheet\""), "no app: {html}");
    html
}

/// Returns the files that the page refers to.
async fn named(server: &Server) -> BTreeSet<String> {
    let html = app(server).await;
    let files = quoted(&html).filter(|path| path.starts_with('/') && path.contains('.'));
    files.map(str::to_owned).collect()
}

/// Returns the files that a script loads: its imports and the files that it preloads.
fn loaded(script: &str) -> BTreeSet<String> {
    let is_file = |name: &str| name.ends_with(".js") || name.ends_with(".css");
    let names = quoted(script).filter(|name| is_file(name) && !name.contains([' ', '\n']));
    let names = names.filter_map(|name| {
        let beside = name.strip_prefix("./");
        beside.or_else(|| name.strip_prefix("assets/"))
    });
    names.map(|name| format!("/assets/{name}")).collect()
}

async fn all_files(server: &Server) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = named(server).await;
    while let Some(path) = waiting.pop_first() {
        if path.ends_with(".js") {
            waiting.extend(loaded(&text(server, &path).await));
        }
        found.insert(path);
        waiting.retain(|path| !found.contains(path));
    }
    found
}

async fn every_file_that_the_page_loads_exists(server: Server) {
    let files = all_files(&server).await;
    for ending in [".js", ".css"] {
        assert!(files.iter().any(|path| path.ends_with(ending)), "{files:?}");
    }
    for path in files {
        let answer = get(&server, &path, &[]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        let expected = match path.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "woff2" => "font/woff2",
            "png" => "image/png",
            "webmanifest" => "application/manifest+json",
            other => panic!("unknown type: {other}"),
        };
        assert_eq!(header(&answer, "content-type"), expected, "{path}");
        assert!(!answer.bytes().await.unwrap().is_empty(), "{path}");
    }
}

async fn unpacked(answer: Response) -> Vec<u8> {
    let coding = header(&answer, "content-encoding").to_owned();
    let bytes = answer.bytes().await.unwrap();
    let mut plain = Vec::new();
    match &*coding {
        "br" => brotli_decompressor::BrotliDecompress(&mut &*bytes, &mut plain).unwrap(),
        "gzip" => drop(GzDecoder::new(&*bytes).read_to_end(&mut plain).unwrap()),
        "" => plain.extend(bytes),
        other => panic!("unexpected encoding {other}"),
    }
    plain
}

async fn files_are_served_in_the_requested_encoding(server: Server) {
    let mut compared = BTreeSet::new();
    for path in named(&server).await {
        let plain = get(&server, &path, &[]).await;
        assert_eq!(header(&plain, "vary"), "accept-encoding", "{path}");
        let plain = unpacked(plain).await;
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("br;q=0.5, gzip", "gzip"),
            ("zstd", ""),
            ("br;q=0, gzip;q=0", ""),
        ] {
            let answer = get(&server, &path, &[("accept-encoding", accepted)]).await;
            let got = header(&answer, "content-encoding").to_owned();
            // Very small files may have no compressed form, or only one.
            if plain.len() > 1000 {
                assert_eq!(got, coding, "{path}");
                compared.insert(path.clone());
            }
            let length = header(&answer, "content-length").parse::<usize>().unwrap();
            assert_eq!(length < plain.len(), !got.is_empty(), "{path} {got}");
            assert!(unpacked(answer).await == plain, "{path} as {got}");
        }
    }
    for ending in [".js", ".css"] {
        let mut compared = compared.iter();
        assert!(compared.any(|path| path.ends_with(ending)), "{ending}");
    }
}

async fn assets_are_cached_and_the_page_is_revalidated(server: Server) {
    for path in all_files(&server).await.into_iter().chain(["/".to_owned()]) {
        let answer = get(&server, &path, &[]).await;
        let expected = if path.starts_with("/assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        assert_eq!(header(&answer, "cache-control"), expected, "{path}");
        assert!(header(&answer, "etag").ends_with('"'), "{path}");
    }
}

async fn the_content_security_policy_allows_only_own_files(server: Server) {
    app(&server).await;
    for path in ["/", "/w/bQ1", "/no/such/page"] {
        let answer = get(&server, path, &[HTML]).await;
        let policy = header(&answer, "content-security-policy");
        for directive in policy.split(';').map(str::trim) {
            let (name, values) = directive.split_once(' ').unwrap();
            let allowed: &[&str] = match name {
                "default-src" | "base-uri" | "form-action" | "frame-ancestors" => &["'none'"],
                "trusted-types" => &["'none'"],
                "require-trusted-types-for" => &["'script'"],
                "img-src" => &["'self'", "data:"],
                _ => &["'self'"],
            };
            assert_eq!(values.split(' ').collect::<Vec<_>>(), allowed, "{name}");
        }
        for name in [
            "default-src",
            "base-uri",
            "form-action",
            "frame-ancestors",
            "trusted-types",
        ] {
            assert!(policy.contains(&format!("{name} 'none'")), "{policy}");
        }
        assert!(policy.contains("require-trusted-types-for 'script'"));
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
        let html = answer.text().await.unwrap();
        for inline in ["<style", "<script>", " style=", " onload=", "//"] {
            assert!(!html.contains(inline), "{inline} in {html}");
        }
    }
}

async fn every_console_path_serves_the_same_page(server: Server) {
    let page = app(&server).await;
    for path in PAGES {
        let answer = get(&server, path, &[]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.text().await.unwrap(), page, "{path}");
        let sent = ask(&server, Method::POST, path, &[]).await;
        assert_eq!(sent.status(), 405, "{path}");
    }
}

async fn unknown_paths_are_not_found(server: Server) {
    let page = app(&server).await;
    for path in [
        "/team",
        "/w",
        "/index.html",
        "/assets/index-0.js",
        "/setup/x",
        "/graphql/x",
    ] {
        let answer = get(&server, path, &[HTML]).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(header(&answer, "cache-control"), "no-cache", "{path}");
        assert_eq!(header(&answer, "vary"), "accept, accept-encoding");
        assert_eq!(answer.text().await.unwrap(), page, "{path}");
        for accepted in ["*/*", "application/json", "text/css"] {
            let answer = get(&server, path, &[("accept", accepted)]).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert!(answer.headers().contains_key("x-request-id"));
            assert_eq!(header(&answer, "content-type"), "text/plain; charset=utf-8");
            assert!(answer.text().await.unwrap().contains("/graphql"));
        }
    }
    let sent = ask(&server, Method::POST, "/team", &[HTML]).await;
    assert_eq!(sent.status(), 404);
    assert!(header(&sent, "content-type").starts_with("text/plain"));
    // A validator of the console's page does not make an unknown path a known one.
    let known = get(&server, "/", &[]).await;
    let known = ("if-none-match", header(&known, "etag"));
    assert_eq!(get(&server, "/team", &[HTML, known]).await.status(), 404);
}

async fn the_console_does_not_hide_other_endpoints(server: Server) {
    let page = app(&server).await;
    for path in ["/graphiql", "/healthz", "/readyz", "/metrics", "/mailbox"] {
        let answer = get(&server, path, &[HTML]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_ne!(answer.text().await.unwrap(), page, "{path}");
    }
    let answer = get(&server, "/graphql?query={__typename}", &[]).await;
    assert!(answer.text().await.unwrap().contains("Query"));
}

async fn head_requests_have_no_body(server: Server) {
    let files = named(&server).await;
    for path in files.iter().map(String::as_str).chain(PAGES) {
        let answer = get(&server, path, &[]).await;
        let head = ask(&server, Method::HEAD, path, &[]).await;
        assert_eq!(head.status(), 200, "{path}");
        for name in ["content-type", "content-length", "cache-control", "etag"] {
            assert_eq!(header(&head, name), header(&answer, name), "{path}");
        }
        assert!(head.bytes().await.unwrap().is_empty(), "{path}");
    }
    let head = ask(&server, Method::HEAD, "/team", &[HTML]).await;
    assert_eq!(head.status(), 404);
    assert!(header(&head, "content-type").starts_with("text/html"));
}

async fn unchanged_files_are_not_sent_again(server: Server) {
    for path in named(&server).await.into_iter().chain(["/".to_owned()]) {
        let answer = get(&server, &path, &[]).await;
        let tag = header(&answer, "etag");
        for known in [tag, &format!("\"other\", {tag}"), "*"] {
            let headers = [("if-none-match", known), ("accept-encoding", "br")];
            let again = get(&server, &path, &headers).await;
            assert_eq!(again.status(), 304, "{path} {known}");
            for name in ["cache-control", "etag", "vary"] {
                assert_eq!(header(&again, name), header(&answer, name), "{path}");
            }
            assert!(again.bytes().await.unwrap().is_empty(), "{path}");
        }
        let other = get(&server, &path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status(), 200, "{path}");
    }
}
