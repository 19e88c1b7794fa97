//! Getting back in while strangers interfere: what they ask for takes nothing from the owner of an
//! account, and tells nothing of it.

mod alike;
mod flood;
mod links;
