//! The search in the member list.

use crate::name;
use entity::membership;
use sea_orm::sea_query::extension::postgres::PgExpr as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func};
use sea_orm::{ColumnTrait as _, DbBackend};

/// The maximum number of words in a search. Further ones are ignored.
const MAX_WORDS: usize = 5;

/// Returns the words of a search, folded like search keys.
pub(super) fn words(search: &str) -> Vec<String> {
    // Names have no control characters, and PostgreSQL rejects text with U+0000.
    let folded = name::fold(&search.replace(char::is_control, " "));
    folded
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect()
}

/// Returns the condition that a member's search key contains a word. PostgreSQL narrows down the
/// rows with an index of groups of one to three letters and then compares the whole word.
pub(super) fn contains(backend: DbBackend, word: &str) -> Expr {
    let find = |function: &'static str| {
        let key = membership::Column::SearchKey.into_expr();
        Expr::from(Func::cust(function).arg(key).arg(word)).gt(0)
    };
    if backend != DbBackend::Postgres {
        return find("instr");
    }
    let letters: Vec<char> = word.chars().collect();
    let grams = letters.windows(letters.len().clamp(1, 3));
    let grams: Vec<String> = grams.map(|gram| gram.iter().collect()).collect();
    let grams = Func::cust("string_to_array").arg(grams.join(" ")).arg(" ");
    // The entity does not have this column, because SQLite does not.
    Expr::col((membership::Entity, "search_grams"))
        .contains(grams)
        .and(find("strpos"))
}
