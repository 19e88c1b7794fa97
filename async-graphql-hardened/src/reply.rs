//! The reply to a request, on every transport.

use async_graphql::{Response, ServerError, Value};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// A response, and whether the request was executed.
#[derive(Debug)]
pub struct Reply {
    /// Data, errors, and HTTP headers.
    pub response: Response,
    /// `false` for a request that was rejected before execution: it has no `data`, not even `null`
    /// (specification, section 7.1).
    pub executed: bool,
}

impl Reply {
    /// Creates the reply to a rejected request. The errors have codes.
    pub fn refusal(errors: Vec<ServerError>) -> Self {
        Self {
            response: Response::from_errors(errors),
            executed: false,
        }
    }
}

impl From<ServerError> for Reply {
    fn from(error: ServerError) -> Self {
        Self::refusal(vec![error])
    }
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Response {
            data,
            errors,
            extensions,
            ..
        } = &self.response;
        let mut map = serializer.serialize_map(None)?;
        if !errors.is_empty() {
            map.serialize_entry("errors", errors)?;
        }
        if self.executed {
            map.serialize_entry::<_, Value>("data", data)?;
        }
        if !extensions.is_empty() {
            map.serialize_entry("extensions", extensions)?;
        }
        map.end()
    }
}
