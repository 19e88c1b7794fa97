//! Files that the program carries: `build/files.rs` embeds them, compressed, and lists them.

mod coding;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coding::Coding;

/// A page and all that it loads.
pub struct Files {
    pub page: File,
    pub others: &'static [File],
}

pub struct File {
    /// Below the root of the server.
    pub path: &'static str,
    pub media_type: &'static str,
    pub etag: &'static str,
    pub plain: &'static [u8],
    /// `None` where it would not be smaller; so is the next.
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

impl Files {
    /// The file at a path, other than the page.
    pub fn find(&self, path: &str) -> Option<&File> {
        self.others.iter().find(|file| file.path == path)
    }
}

impl File {
    /// Whether its URL changes with its content.
    pub fn is_asset(&self) -> bool {
        self.path.contains("/assets/")
    }

    /// The file, or 304 where the client has this very content.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let cache = if self.is_asset() {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let headers = [
            (header::CACHE_CONTROL, cache),
            (header::ETAG, self.etag),
            (header::VARY, "accept-encoding"),
        ];
        if is_known(request, self.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, self.content(request)).into_response()
    }

    /// The content alone, in the coding that the client likes best.
    pub fn content(&self, request: &HeaderMap) -> Response {
        let forms = [(Coding::Brotli, self.brotli), (Coding::Gzip, self.gzip)];
        let forms = forms
            .into_iter()
            .filter_map(|(coding, bytes)| Some((coding, bytes?)));
        let (coding, bytes) = match coding::choose(request, forms) {
            Some((coding, bytes)) => (Some(coding.header()), bytes),
            None => (None, self.plain),
        };
        let media_type = HeaderValue::from_static(self.media_type);
        let mut response = ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
        let coding = coding.map(|coding| (header::CONTENT_ENCODING, coding));
        response.headers_mut().extend(coding);
        response
    }
}

/// Whether the client names the content that it would get. Weak tags are compared by what is quoted.
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let tags = request.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = tags
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    let etag = etag.trim_start_matches("W/");
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
