//! Account recovery during attacks: requests of other people take nothing from the owner of an
//! account and reveal nothing about it.

mod alike;
mod flood;
mod links;
