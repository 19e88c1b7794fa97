//! A store of documents by the hash of their text, limited in number and memory.
//!
//! The texts are not stored. Any client can use a document by its hash, no matter which client sent
//! the text: the operation is executed with the permissions of the requesting client.

use std::{collections::HashMap, sync::Arc};

use sha2::{Digest as _, Sha256};

use crate::document::Document;

/// The SHA-256 of a query text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    /// Computes the hash of `text`.
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Parses 64 hexadecimal digits.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
        }
        Some(Self(bytes))
    }
}

/// The maximum number of documents in one generation of the store.
const MAX_DOCUMENTS: usize = 512;
/// The maximum memory of one generation in bytes, as estimated by [`DocumentStore::size`]. This
/// suffices for a hundred queries of an application.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The maximum memory of a token in bytes, which is that of a field with its marker.
const TOKEN_BYTES: usize = 512;

/// Documents in two generations. When the current generation is full, it replaces the older one,
/// whose unused documents are dropped.
#[derive(Debug, Default)]
pub(crate) struct DocumentStore {
    young: Generation,
    old: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    documents: HashMap<Hash, Stored>,
    bytes: usize,
}

#[derive(Debug)]
struct Stored {
    document: Arc<Document>,
    size: usize,
}

impl DocumentStore {
    /// Returns an upper bound for the memory of a document in bytes, from its text and number of
    /// tokens.
    pub(crate) fn size(text: &str, tokens: usize) -> usize {
        text.len() + tokens * TOKEN_BYTES
    }

    /// Returns a document and keeps it for another generation.
    pub(crate) fn get(&mut self, hash: &Hash) -> Option<Arc<Document>> {
        if let Some(stored) = self.young.documents.get(hash) {
            return Some(Arc::clone(&stored.document));
        }
        let Stored { document, size } = self.old.documents.remove(hash)?;
        self.old.bytes -= size;
        self.put(*hash, Arc::clone(&document), size);
        Some(document)
    }

    /// Stores a document with its size in bytes.
    pub(crate) fn put(&mut self, hash: Hash, document: Arc<Document>, size: usize) {
        let full = self.young.bytes + size > MAX_BYTES;
        if full || self.young.documents.len() >= MAX_DOCUMENTS {
            self.old = std::mem::take(&mut self.young);
        }
        let before = self.young.documents.insert(hash, Stored { document, size });
        self.young.bytes += size;
        self.young.bytes -= before.map_or(0, |before| before.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{Name, parser::parse_query};

    fn document() -> Arc<Document> {
        Arc::new(Document {
            executable: parse_query("{ a }").expect("a query"),
            marker: Name::new("m"),
            variable_uses: 0,
        })
    }

    fn total(store: &DocumentStore) -> (usize, usize) {
        let both = [&store.young, &store.old];
        let actual = |generation: &&Generation| {
            let sizes = generation.documents.values().map(|stored| stored.size);
            sizes.sum::<usize>()
        };
        for generation in both {
            assert_eq!(generation.bytes, actual(&generation));
        }
        let documents = both.map(|generation| generation.documents.len());
        (documents.iter().sum(), both.iter().map(actual).sum())
    }

    #[test]
    fn store_keeps_used_documents_and_stays_bounded() {
        let mut store = DocumentStore::default();
        let used = Hash::of("used");
        store.put(used, document(), 1);
        for text in 0..10 * MAX_DOCUMENTS {
            store.put(Hash::of(&text.to_string()), document(), 1);
            assert!(store.get(&used).is_some());
            assert!(total(&store).0 <= 2 * MAX_DOCUMENTS);
        }
        assert!(store.get(&Hash::of("0")).is_none());
    }

    #[test]
    fn large_documents_fill_the_store_sooner() {
        let mut store = DocumentStore::default();
        for n in 0..100 {
            store.put(Hash::of(&n.to_string()), document(), MAX_BYTES / 3);
            store.put(Hash::of("again"), document(), MAX_BYTES / 3);
            let (documents, bytes) = total(&store);
            assert!(bytes <= 2 * MAX_BYTES, "{documents}");
        }
        assert!(store.get(&Hash::of("again")).is_some());
    }

    #[test]
    fn hashes_are_parsed_from_hexadecimal() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Hash::from_hex(hex), Some(Hash::of("")));
        assert_eq!(Hash::from_hex(&hex.to_uppercase()), Some(Hash::of("")));
        for text in ["", &hex[1..], &format!("{hex}0"), &hex.replace('e', "g")] {
            assert_eq!(Hash::from_hex(text), None, "{text}");
        }
    }
}
