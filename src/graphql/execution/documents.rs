//! Query texts on their way to an operation: scanned, parsed, bounded, and kept for the next time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Name, Positioned, ServerError,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition},
    },
};

use super::{
    errors,
    expansion::{self, ExpansionError, ExpansionLimits},
    rewrite,
    scan::{ScanError, ScanLimits, scan},
    types::TypeMap,
};

/// Longer texts are parsed each time: clients that repeat themselves send short ones, and what the
/// cache holds stays bounded whoever fills it.
const MAX_CACHED_BYTES: usize = 8 * 1024;
/// Texts in one generation of the cache.
const GENERATION: usize = 128;
/// Bytes of text in one generation. A document takes up to a hundred times the memory of its text,
/// so that hostile ones hold some 30 MB; real ones are some kilobytes, and few.
const GENERATION_BYTES: usize = 128 * 1024;

/// A query that may run.
#[derive(Debug)]
pub(super) struct Document {
    /// As it is executed, see [`rewrite`].
    pub(super) executable: ExecutableDocument,
    /// The response key that only the server asked for.
    pub(super) marker: Name,
}

impl Document {
    /// The operation that a request asks for (specification, section 6.1).
    ///
    /// # Errors
    /// `BAD_INPUT` for an unknown name, or none where there is a choice.
    pub(super) fn operation(
        &self,
        name: Option<&str>,
    ) -> Result<&Positioned<OperationDefinition>, ServerError> {
        match (&self.executable.operations, name) {
            (DocumentOperations::Single(operation), None) => Ok(operation),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get(name).ok_or_else(|| unknown_operation(name))
            }
            (DocumentOperations::Single(_), Some(name)) => Err(unknown_operation(name)),
            (DocumentOperations::Multiple(operations), None) => {
                let mut all = operations.values();
                match (all.next(), all.next()) {
                    (Some(only), None) => Ok(only),
                    _ => Err(errors::bad_input(
                        "The query has several operations: say which one in \"operationName\".",
                        None,
                    )),
                }
            }
        }
    }
}

fn unknown_operation(name: &str) -> ServerError {
    errors::bad_input(format!("Unknown operation named \"{name:.64}\"."), None)
}

/// Turns query texts into documents.
#[derive(Debug, Default)]
pub(super) struct Documents {
    scan: ScanLimits,
    expansion: ExpansionLimits,
    cache: Mutex<Cache>,
}

impl Documents {
    pub(super) fn new(scan: ScanLimits, expansion: ExpansionLimits) -> Self {
        Self {
            scan,
            expansion,
            cache: Mutex::default(),
        }
    }

    /// The document of a query text.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where it passes a limit, `BAD_INPUT` where it is none.
    pub(super) fn get(&self, text: &str, types: &TypeMap) -> Result<Arc<Document>, ServerError> {
        if let Some(document) = self.cache().get(text) {
            return Ok(document);
        }
        let document = Arc::new(self.read(text, types)?);
        if text.len() <= MAX_CACHED_BYTES {
            self.cache().put(text, Arc::clone(&document));
        }
        Ok(document)
    }

    fn read(&self, text: &str, types: &TypeMap) -> Result<Document, ServerError> {
        scan(text, &self.scan).map_err(|error| match error {
            ScanError::Unterminated => errors::bad_input(error.to_string(), None),
            limit => errors::too_complex(limit.to_string()),
        })?;
        let mut executable = parse_query(text).map_err(|error| {
            let mut errors = vec![ServerError::from(error)];
            errors::finish_request_errors(&mut errors);
            errors.remove(0)
        })?;
        expansion::check(&executable, types, &self.expansion).map_err(|error| match error {
            ExpansionError::Cycle(_) => errors::bad_input(error.to_string(), None),
            limit => errors::too_complex(limit.to_string()),
        })?;
        let marker = rewrite::marker(text);
        rewrite::rewrite(&mut executable, types, &marker);
        Ok(Document { executable, marker })
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Documents by text in two generations: a full one replaces the older, which takes with it what
/// nobody asked for in the meantime.
#[derive(Debug, Default)]
struct Cache {
    young: HashMap<Box<str>, Arc<Document>>,
    young_bytes: usize,
    old: HashMap<Box<str>, Arc<Document>>,
}

impl Cache {
    fn get(&mut self, text: &str) -> Option<Arc<Document>> {
        if let Some(document) = self.young.get(text) {
            return Some(Arc::clone(document));
        }
        let document = self.old.remove(text)?;
        self.put(text, Arc::clone(&document));
        Some(document)
    }

    fn put(&mut self, text: &str, document: Arc<Document>) {
        let full = self.young_bytes + text.len() > GENERATION_BYTES;
        if full || self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += text.len();
        self.young.insert(text.into(), document);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Arc<Document> {
        Arc::new(Document {
            executable: parse_query("{ a }").expect("a query"),
            marker: Name::new("m"),
        })
    }

    #[test]
    fn the_cache_keeps_what_is_used_and_stays_bounded() {
        let mut cache = Cache::default();
        cache.put("used", document());
        for text in 0..10 * GENERATION {
            cache.put(&text.to_string(), document());
            assert!(cache.get("used").is_some());
            assert!(cache.young.len() + cache.old.len() <= 2 * GENERATION);
        }
        assert!(cache.get("0").is_none());
    }

    #[test]
    fn long_texts_fill_the_cache_sooner() {
        let mut cache = Cache::default();
        for n in 0..GENERATION {
            cache.put(&format!("{n:0>MAX_CACHED_BYTES$}"), document());
        }
        let kept = cache.young.len() + cache.old.len();
        assert!(kept * MAX_CACHED_BYTES <= 2 * GENERATION_BYTES, "{kept}");
    }
}
