//! Requests to `/graphql` with control over headers and encoding.

use super::server::Server;
use serde_json::Value;

/// The name of the session cookie over plain HTTP.
pub const COOKIE: &str = "tokenvue_session";

/// Returns a POST request with the content type JSON.
pub fn post(server: &Server) -> reqwest::RequestBuilder {
    bare_post(server).header("content-type", "application/json")
}

/// Returns a POST request without a content type.
pub fn bare_post(server: &Server) -> reqwest::RequestBuilder {
    reqwest::Client::new().post(format!("{}/graphql", server.url))
}

/// Returns a GET request with parameters in its URL.
pub fn get(server: &Server, query: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let url = format!("{}/graphql", server.url);
    reqwest::Client::new().get(url).query(query)
}

/// A response of the server.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// The text as received, because the order of keys matters.
    pub text: String,
    pub json: Value,
}

/// Sends a request whose response is JSON.
pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"));
    Answer { status, text, json }
}

impl Answer {
    /// Returns the status and the code of the first error, or an empty string.
    pub fn outcome(&self) -> (u16, &str) {
        let code = &self.json["errors"][0]["extensions"]["code"];
        (self.status, code.as_str().unwrap_or_default())
    }

    /// Returns the paths of the errors, in order.
    pub fn paths(&self) -> Vec<Value> {
        let errors = self.json["errors"].as_array().into_iter().flatten();
        errors.map(|error| error["path"].clone()).collect()
    }
}
