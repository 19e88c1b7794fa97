//! The pages that people open, and the local mailbox.

use crate::on_sqlite;
use crate::support::{Server, Team};
use chrono::Duration;
use reqwest::Response;

on_sqlite!(
    pages_load_nothing_but_their_own_files,
    an_unknown_path_says_where_to_go,
    the_mailbox_leads_to_what_is_still_open,
);

const PAGES: [&str; 4] = ["/", "/setup", "/accept-invitation", "/reset-password"];

async fn open(server: &Server, path: &str) -> Response {
    let url = format!("{}{path}", server.url);
    reqwest::get(url).await.unwrap()
}

/// The values of an attribute like `src` or `href` in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let rest = html.split(&start).skip(1);
    rest.filter_map(|rest| rest.split('"').next()).collect()
}

async fn pages_load_nothing_but_their_own_files(server: Server) {
    for page in PAGES {
        let answer = open(&server, page).await;
        assert_eq!(answer.status(), 200, "{page}");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
        let html = answer.text().await.unwrap();
        assert!(!html.contains("<style") && !html.contains("<script>"));
        let [script] = values(&html, "src")[..] else {
            panic!("one script in {html}");
        };
        let code = open(&server, script).await.text().await.unwrap();
        let imports = code
            .split(" from \"./")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let imports = imports.map(|name| format!("/pages/{name}"));
        let links = values(&html, "href").into_iter().map(str::to_owned);
        let files = links
            .chain(imports)
            .chain([script.to_owned()])
            .filter(|path| path.starts_with('/'));
        for path in files {
            let answer = open(&server, &path).await;
            assert_eq!(answer.status(), 200, "{path} of {page}");
            let media_type = answer.headers()["content-type"].to_str().unwrap();
            let expected = match path.rsplit_once('.') {
                Some((_, "js")) => "text/javascript; charset=utf-8",
                Some((_, "css")) => "text/css; charset=utf-8",
                _ => "text/html; charset=utf-8",
            };
            assert_eq!(media_type.to_lowercase(), expected, "{path}");
        }
    }
}

async fn an_unknown_path_says_where_to_go(server: Server) {
    let answer = open(&server, "/team").await;
    assert_eq!(answer.status(), 404);
    assert!(answer.headers().contains_key("x-request-id"));
    assert!(answer.text().await.unwrap().contains("/graphql"));
}

async fn the_mailbox_leads_to_what_is_still_open(server: Server) {
    let team = Team::first(&server).await;
    let linked = async || {
        let html = open(&server, "/mailbox").await.text().await.unwrap();
        let mails = values(&html, "href").into_iter();
        let mails = mails.filter(|path| path.starts_with("/mailbox/"));
        mails.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(linked().await.is_empty());
    for (email, name) in [("bo@acme.example", "Bo"), ("cy@acme.example", "Cy")] {
        team.invite(email, name, "GATEWAY_OPERATOR").await;
    }
    let mails = linked().await;
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(open(&server, mail).await.status(), 200);
    }
    // The latest is first: Bo's is what remains.
    let token = server.mail_to("cy@acme.example").await.token();
    team.accept("cy@acme.example", &token).await;
    assert_eq!(linked().await, mails[1..]);
    server.advance(Duration::days(8));
    assert!(linked().await.is_empty());
    for mail in mails {
        let answer = open(&server, &mail).await;
        assert_eq!(answer.status(), 404);
        assert!(answer.text().await.unwrap().contains("nothing to open"));
    }
}
