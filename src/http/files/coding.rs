//! Content coding negotiation for files (RFC 9110, section 12.5.3).

use crate::http::parameters::{elements, parameters, weight};
use axum::http::{HeaderMap, HeaderValue, header};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Returns the value of the `Content-Encoding` header.
    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }
}

/// Returns the form in the coding that the client prefers, the first one of equals. Returns `None`
/// if the client prefers or only accepts the uncompressed file.
pub fn choose<T>(
    request: &HeaderMap,
    forms: impl IntoIterator<Item = (Coding, T)>,
) -> Option<(Coding, T)> {
    let plain = quality(request, "identity").unwrap_or(0);
    let mut best = None;
    let mut best_quality = 0;
    for (coding, form) in forms {
        let quality = quality(request, coding.name()).unwrap_or(0);
        if quality > best_quality && quality >= plain {
            best = Some((coding, form));
            best_quality = quality;
        }
    }
    best
}

/// Returns the weight of a coding in `Accept-Encoding`, by name or by `*`, in thousandths.
fn quality(request: &HeaderMap, name: &str) -> Option<u16> {
    let accepted = request.get_all(header::ACCEPT_ENCODING).iter();
    let accepted: Vec<(&str, u16)> = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(elements)
        .map(weighted)
        .collect();
    let find = |name: &str| {
        let mut accepted = accepted.iter();
        accepted.find(|(accepted, _)| accepted.eq_ignore_ascii_case(name))
    };
    find(name)
        .or_else(|| find("*"))
        .map(|(_, quality)| *quality)
}

/// Parses a coding and its weight. A malformed weight counts as 0.
fn weighted(element: &str) -> (&str, u16) {
    let (name, mut parameters) = parameters(element);
    let q = parameters.find(|(name, _)| name.eq_ignore_ascii_case("q"));
    (name, q.map_or(1000, |(_, q)| weight(&q).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        let accept = accept.parse().expect("a header value");
        headers.insert(header::ACCEPT_ENCODING, accept);
        chosen_of(&headers, &[Coding::Brotli, Coding::Gzip])
    }

    fn chosen_of(headers: &HeaderMap, codings: &[Coding]) -> Option<Coding> {
        let forms = codings.iter().map(|coding| (*coding, ()));
        choose(headers, forms).map(|(coding, ())| coding)
    }

    #[test]
    fn client_preference_decides() {
        for (accept, expected) in [
            ("gzip, deflate, br, zstd", Some(Coding::Brotli)),
            ("gzip", Some(Coding::Gzip)),
            ("GZIP;Q=0.5", Some(Coding::Gzip)),
            ("gzip; q = 0.5;", Some(Coding::Gzip)),
            ("br;q=nan, gzip;q=0.001", Some(Coding::Gzip)),
            ("br;q=0.1, gzip", Some(Coding::Gzip)),
            ("br; q=0.8, gzip; q=0.8", Some(Coding::Brotli)),
            ("*", Some(Coding::Brotli)),
            ("*, br;q=0", Some(Coding::Gzip)),
            ("gzip;q=0.5, identity", None),
            ("br;q=0, gzip;q=0", None),
            ("br;q=much", None),
            ("zstd", None),
            ("", None),
        ] {
            assert_eq!(chosen(accept), expected, "{accept}");
        }
    }

    #[test]
    fn no_preference_means_uncompressed() {
        assert_eq!(chosen_of(&HeaderMap::new(), &[Coding::Brotli]), None);
    }

    #[test]
    fn missing_codings_are_not_chosen() {
        let mut headers = HeaderMap::new();
        let accept = HeaderValue::from_static("br, gzip;q=0.1");
        headers.insert(header::ACCEPT_ENCODING, accept);
        assert_eq!(chosen_of(&headers, &[Coding::Gzip]), Some(Coding::Gzip));
    }
}
