//! Converts query texts to documents: scans, parses, limits, and stores them for requests with the
//! same text or only its hash ([`crate::persisted`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{Request, ServerError, parser::parse_query};

use crate::{
    ExpansionLimits, Options, ScanLimits,
    document::Document,
    document_store::{DocumentStore, Hash},
    errors,
    expansion::{self, ExpansionError},
    literals,
    persisted::{self, PersistedQuery},
    rewrite,
    scan::{ScanError, scan},
    types::TypeMap,
};

/// Converts requests to documents.
#[derive(Debug)]
pub(crate) struct Documents {
    scan: ScanLimits,
    expansion: ExpansionLimits,
    secret_arguments: &'static [&'static str],
    store: Mutex<DocumentStore>,
}

impl Documents {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            scan: options.scan,
            expansion: options.expansion,
            secret_arguments: options.secret_arguments,
            store: Mutex::default(),
        }
    }

    /// Returns the document of a request, which contains its text, the hash of a stored text, or
    /// both.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` if the text exceeds a limit, `BAD_INPUT` if it is not valid GraphQL, and
    /// the errors of persisted queries.
    pub(crate) fn get(
        &self,
        request: &Request,
        types: &TypeMap,
    ) -> Result<Arc<Document>, ServerError> {
        let text = &request.query;
        let Some(persisted) = PersistedQuery::of(&request.extensions)? else {
            return self.of_text(text, Hash::of(text), types);
        };
        if text.is_empty() {
            let document = self.store().get(&persisted.hash);
            return document.ok_or_else(persisted::not_found);
        }
        let hash = Hash::of(text);
        if hash != persisted.hash {
            return Err(persisted::hash_mismatch());
        }
        self.of_text(text, hash, types)
    }

    fn of_text(
        &self,
        text: &str,
        hash: Hash,
        types: &TypeMap,
    ) -> Result<Arc<Document>, ServerError> {
        if let Some(document) = self.store().get(&hash) {
            return Ok(document);
        }
        let tokens = scan(text, &self.scan).map_err(|error| match error {
            ScanError::Unterminated => errors::bad_input(error.to_string(), None),
            limit => errors::too_complex(limit.to_string()),
        })?;
        let document = Arc::new(self.read(text, types)?);
        if !literals::may_be_secret(&document.executable, self.secret_arguments) {
            let size = DocumentStore::size(text, tokens);
            self.store().put(hash, Arc::clone(&document), size);
        }
        Ok(document)
    }

    /// Parses a text that passed the scan.
    fn read(&self, text: &str, types: &TypeMap) -> Result<Document, ServerError> {
        let mut executable = parse_query(text).map_err(|error| {
            let mut errors = vec![ServerError::from(error)];
            errors::finish_request_errors(&mut errors);
            errors.remove(0)
        })?;
        expansion::check(&executable, types, &self.expansion).map_err(|error| match error {
            ExpansionError::Cycle(_) | ExpansionError::Unused(_) => {
                errors::bad_input(error.to_string(), None)
            }
            limit => errors::too_complex(limit.to_string()),
        })?;
        let marker = rewrite::marker(text);
        rewrite::rewrite(&mut executable, types, &marker);
        Ok(Document {
            executable,
            marker,
            variable_uses: text.bytes().filter(|byte| *byte == b'$').count(),
        })
    }

    fn store(&self) -> MutexGuard<'_, DocumentStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
