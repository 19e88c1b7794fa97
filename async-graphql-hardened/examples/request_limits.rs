//! A schema with declared costs: prints what an affordable and an expensive request get.
//!
//! Run it with `cargo run --package async-graphql-hardened --example request_limits`.

use async_graphql::{
    EmptyMutation, EmptySubscription, Object, Request, Schema, SimpleObject, TypeDirective,
};
use async_graphql_hardened::{Api, CostLimits, Options};

/// The cost of this field, or of passing this argument.
#[TypeDirective(location = "FieldDefinition", location = "ArgumentDefinition")]
fn cost(weight: i32) {}

#[derive(SimpleObject)]
struct Book {
    title: String,
    /// Loaded in a statement of its own for each book.
    #[graphql(directive = cost::apply(20))]
    publisher: String,
}

struct Query;

#[Object]
impl Query {
    /// The first books of the shelf.
    async fn books(&self, first: u8) -> Vec<Book> {
        let book = |number: u8| Book {
            title: format!("Book {number}"),
            publisher: "Publisher".to_owned(),
        };
        (1..=first).map(book).collect()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let options = Options {
        cost: CostLimits {
            cost: 100,
            depth: 5,
        },
        ..Options::default()
    };
    let api = Api::new(schema, options)?;
    for query in [
        "{ books(first: 2) { title publisher } }",
        "{ books(first: 50) { title publisher } }",
    ] {
        let reply = api.execute(Request::new(query), "request-1").await;
        println!("{query}\n{}\n", serde_json::to_string_pretty(&reply)?);
    }
    Ok(())
}
