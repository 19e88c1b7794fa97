//! Embedded files: `build/files.rs` compresses, embeds and lists them.

mod coding;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coding::Coding;

/// A page and the files that it loads.
pub struct Files {
    pub page: File,
    pub others: &'static [File],
}

pub struct File {
    /// The path below the root of the server.
    pub path: &'static str,
    pub media_type: &'static str,
    pub etag: &'static str,
    pub plain: &'static [u8],
    /// The compressed content; `None` if it would not be smaller. The same holds for `gzip`.
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

impl Files {
    /// Returns the file at a path, except the page.
    pub fn find(&self, path: &str) -> Option<&File> {
        self.others.iter().find(|file| file.path == path)
    }
}

impl File {
    /// Returns whether the URL changes with the content.
    pub fn is_asset(&self) -> bool {
        self.path.contains("/assets/")
    }

    /// Responds with the file, or with 304 if the client has the same content.
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

    /// Responds with the content in the coding that the client prefers.
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

/// Returns whether the client already has this content. Weak tags are compared by their quoted
/// part.
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let tags = request.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = tags
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    let etag = etag.trim_start_matches("W/");
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
