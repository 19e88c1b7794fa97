//! The media type of GraphQL responses (GraphQL over HTTP, section 5, and RFC 9110, section
//! 12.5.1).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header::ACCEPT};

use crate::http::parameters::{elements, parameters, weight};

/// The media types of GraphQL responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status code reflects the result.
    GraphQl,
    /// `application/json`: the status code is 200 for every well-formed request, because
    /// intermediaries may respond in JSON, too.
    Json,
}

impl MediaType {
    /// Negotiates the media type by the `Accept` header. Without a preference, it is JSON, as older
    /// clients expect. Returns `None` if no type is acceptable.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accept = headers.get_all(ACCEPT).iter();
        let accept = accept.filter_map(|value| value.to_str().ok());
        let mut accept = accept.flat_map(elements).peekable();
        if accept.peek().is_none() {
            return Some(Self::Json);
        }
        let ranges: Vec<Range<'_>> = accept.filter_map(Range::parse).collect();
        let (graphql, json) = (Self::GraphQl.quality(&ranges), Self::Json.quality(&ranges));
        match (graphql > 0, json > 0) {
            (false, false) => None,
            _ if graphql > json => Some(Self::GraphQl),
            _ if json > graphql => Some(Self::Json),
            _ => Some(Self::first_named(&ranges)),
        }
    }

    /// Returns the value of the `Content-Type` header.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// Returns the status of a well-formed request (section 6.4): `refused` if none of its fields
    /// ran.
    pub fn status(self, refused: bool) -> StatusCode {
        match self {
            Self::GraphQl if refused => StatusCode::BAD_REQUEST,
            Self::GraphQl | Self::Json => StatusCode::OK,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    /// Returns the quality of the most specific matching range, in thousandths.
    fn quality(self, ranges: &[Range<'_>]) -> u16 {
        let most_specific = [self.name(), "application/*", "*/*"]
            .into_iter()
            .find_map(|name| ranges.iter().find(|range| range.is(name)));
        most_specific.map_or(0, |range| range.quality)
    }

    /// Returns the type that is named first, for types of equal quality.
    fn first_named(ranges: &[Range<'_>]) -> Self {
        let first = ranges.iter().find_map(|range| {
            [Self::GraphQl, Self::Json]
                .into_iter()
                .find(|ty| range.is(ty.name()))
        });
        first.unwrap_or(Self::Json)
    }
}

/// One media range of an `Accept` header.
struct Range<'a> {
    name: &'a str,
    /// The quality, in thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    /// Parses a media range. Returns `None` if the charset is not UTF-8 or the weight is malformed.
    fn parse(text: &'a str) -> Option<Self> {
        let (name, parameters) = parameters(text);
        let mut quality = 1000;
        for (key, value) in parameters {
            if key.eq_ignore_ascii_case("q") {
                quality = weight(&value)?;
            } else if key.eq_ignore_ascii_case("charset") && !is_utf8(&value) {
                return None;
            }
        }
        Some(Self { name, quality })
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Returns whether a charset name means UTF-8.
pub(super) fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(accept: &str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().expect("a header value"));
        MediaType::negotiate(&headers)
    }

    #[test]
    fn preferred_type_is_chosen() {
        use MediaType::{GraphQl, Json};
        let both = "application/graphql-response+json, application/json";
        for (accept, expected) in [
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            (
                "application/graphql-response+json; charset=UTF-8",
                Some(GraphQl),
            ),
            (both, Some(GraphQl)),
            (
                "application/json, application/graphql-response+json",
                Some(Json),
            ),
            (
                "application/graphql-response+json;q=0.5, application/json;q=0.9",
                Some(Json),
            ),
            ("application/json;q=0, */*", Some(GraphQl)),
            ("application/json;q=0.1, application/*;q=0.5", Some(GraphQl)),
            ("application/json; charset=iso-8859-1", None),
            ("text/html", None),
            ("text/html, */*;q=0.1", Some(Json)),
            ("*/*;q=0", None),
            ("nonsense", None),
            ("application/json;q=2", None),
            ("application/json;", Some(Json)),
            ("application/json; ;q=0.5 ; ", Some(Json)),
            ("text/html;x=\"a, application/json\"", None),
            ("text/html;x=\"a, b\", application/json", Some(Json)),
            ("application/json;x=\"a;q=0\"", Some(Json)),
            ("application/json;q=0.12345", None),
            (
                "application/json;q=0.571, application/graphql-response+json;q=0.57",
                Some(Json),
            ),
            (", ,application/json,", Some(Json)),
            ("application/json; odd", Some(Json)),
            ("", Some(Json)),
        ] {
            assert_eq!(negotiate(accept), expected, "{accept}");
        }
        assert_eq!(MediaType::negotiate(&HeaderMap::new()), Some(Json));
    }
}
