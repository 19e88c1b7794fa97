//! Pagination arguments for resolvers. In async-graphql, the arguments of a field are the
//! parameters of its resolver, with literals as descriptions: without a macro, every connection
//! field repeats all of them.

use proc_macro::TokenStream;
use quote::{ToTokens as _, quote};
use syn::punctuated::Punctuated;
use syn::{FnArg, ImplItem, ImplItemFn, ItemImpl, Pat, Stmt, Token, Type};
use syn::{parse_macro_input, parse_quote};

const FIRST: &str = "The number of items from the start, at most 100; 50 by default.";
const AFTER: &str = "Return items after this cursor.";
const LAST: &str = "The number of items from the end, at most 100.";
const BEFORE: &str = "Return items before this cursor.";

/// The GraphQL arguments that replace a parameter.
struct Expansion {
    arguments: Punctuated<FnArg, Token![,]>,
    /// Builds the parameter from the arguments.
    binding: Stmt,
}

/// Expands parameters of resolvers to the arguments of Relay's "Cursor Connections": a `PageArgs`
/// to `first`, `after`, `last` and `before`, and a `First` to `first`. Goes above `#[Object]` or
/// `#[ComplexObject]`.
#[proc_macro_attribute]
pub fn paged(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut object = parse_macro_input!(item as ItemImpl);
    for item in &mut object.items {
        if let ImplItem::Fn(resolver) = item {
            expand(resolver);
        }
    }
    object.into_token_stream().into()
}

fn expand(resolver: &mut ImplItemFn) {
    let mut inputs = Punctuated::new();
    for input in std::mem::take(&mut resolver.sig.inputs) {
        match expansion(&input) {
            Some(expansion) => {
                inputs.extend(expansion.arguments);
                resolver.block.stmts.insert(0, expansion.binding);
                resolver
                    .attrs
                    .push(parse_quote!(#[allow(clippy::too_many_arguments)]));
            }
            None => inputs.push(input),
        }
    }
    resolver.sig.inputs = inputs;
}

fn expansion(input: &FnArg) -> Option<Expansion> {
    let FnArg::Typed(parameter) = input else {
        return None;
    };
    let (Pat::Ident(name), Type::Path(path)) = (&*parameter.pat, &*parameter.ty) else {
        return None;
    };
    let first = quote!(#[graphql(desc = #FIRST)] first: Option<i32>);
    let last = path.path.segments.last()?;
    if last.ident == "PageArgs" {
        Some(Expansion {
            arguments: parse_quote! {
                #first,
                #[graphql(desc = #AFTER)] after: Option<String>,
                #[graphql(desc = #LAST)] last: Option<i32>,
                #[graphql(desc = #BEFORE)] before: Option<String>
            },
            binding: parse_quote!(let #name = #path { first, after, last, before };),
        })
    } else if last.ident == "First" {
        Some(Expansion {
            arguments: parse_quote!(#first),
            binding: parse_quote!(let #name = #path(first);),
        })
    } else {
        None
    }
}
