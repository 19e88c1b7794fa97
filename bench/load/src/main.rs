//! Requests the same team pages from the product and the hand-written server in turn and compares
//! the CPU time of each request. Exits with a non-zero code if the product exceeds a limit.

mod client;
mod cpu;
mod report;
mod target;

use clap::Parser;
use client::{Case, Load};
use report::{Series, Spread};
use std::error::Error;
use std::process::ExitCode;
use target::{Dialect, Server, Team};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The maximum number of comparisons until the responses agree: the product records the admin's
/// activity after its first response.
const COMPARISONS: usize = 5;

/// Compares the CPU time of two servers for the same team page.
#[derive(Parser)]
struct Args {
    /// The product, as ADDRESS:PORT,PID
    #[arg(long)]
    product: Server,
    /// The hand-written server, as ADDRESS:PORT,PID
    #[arg(long)]
    handwritten: Server,
    /// Process ID of PostgreSQL's postmaster
    #[arg(long)]
    postmaster: i32,
    /// Teams to request, the smallest first, each as MEMBERS,WORKSPACE,TOKEN
    #[arg(long = "team", required = true)]
    teams: Vec<Team>,
    /// Measured rounds, after one warm-up round
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Requests per round, server, and team
    #[arg(long, default_value_t = 4000)]
    requests: usize,
    /// Number of connections
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Maximum CPU time of the product, as a multiple of the hand-written server's
    #[arg(long, default_value_t = 3.0)]
    max_ratio: f64,
    /// Maximum CPU time of product and PostgreSQL for the largest team, as a multiple of that for
    /// the smallest
    #[arg(long, default_value_t = 1.25)]
    max_growth: f64,
}

impl Args {
    fn case<'a>(&'a self, dialect: Dialect, team: &'a Team) -> Case<'a> {
        let server = match dialect {
            Dialect::GraphQl => &self.product,
            Dialect::Plain => &self.handwritten,
        };
        Case {
            server,
            dialect,
            team,
        }
    }

    /// Checks that both servers send the same response, and returns its length.
    async fn compare(&self, team: &Team) -> Outcome<usize> {
        for _ in 0..COMPARISONS {
            let product = self.case(Dialect::GraphQl, team).answer().await?;
            let handwritten = self.case(Dialect::Plain, team).answer().await?;
            if product == handwritten {
                return Ok(product.len());
            }
        }
        let product = self.case(Dialect::GraphQl, team).answer().await?;
        let handwritten = self.case(Dialect::Plain, team).answer().await?;
        Err(format!(
            "the responses for {} members differ:\n{}\n{}",
            team.members,
            String::from_utf8_lossy(&product),
            String::from_utf8_lossy(&handwritten)
        )
        .into())
    }

    /// Measures both servers in turn. Returns their series for each team.
    async fn measure(&self) -> Outcome<Vec<[Series; 2]>> {
        let mut lengths = Vec::new();
        for team in &self.teams {
            lengths.push(self.compare(team).await?);
        }
        let load = Load {
            connections: self.connections,
            requests_each: self.requests.div_ceil(self.connections),
            postmaster: self.postmaster,
        };
        let mut all: Vec<[Series; 2]> = self.teams.iter().map(|_| Default::default()).collect();
        for round in 0..=self.rounds {
            eprintln!("round {round} of {}", self.rounds);
            for ((team, length), series) in self.teams.iter().zip(&lengths).zip(&mut all) {
                for (dialect, series) in [Dialect::GraphQl, Dialect::Plain].into_iter().zip(series)
                {
                    let sample = self.case(dialect, team).measure(load, *length).await?;
                    if round > 0 {
                        series.samples.push(sample);
                    }
                }
            }
        }
        Ok(all)
    }

    /// Prints the table and the verdict. Returns whether the product is within the limits.
    fn judge(&self, all: &[[Series; 2]]) -> bool {
        println!("\n{}", report::head());
        for (team, [product, handwritten]) in self.teams.iter().zip(all) {
            println!("{}", product.line(team.members, "product"));
            println!("{}", handwritten.line(team.members, "handwritten"));
        }
        println!();
        let mut fits = true;
        for (team, [product, handwritten]) in self.teams.iter().zip(all) {
            let what = format!("product : handwritten, {} members", team.members);
            let ratio = product.ratio(handwritten, client::Sample::server_cost);
            fits &= within(&what, ratio, self.max_ratio);
        }
        if let [[small, _], .., [large, _]] = all {
            let growth = large.ratio(small, client::Sample::whole_cost);
            fits &= within(
                "growth with the team, PostgreSQL included",
                growth,
                self.max_growth,
            );
        }
        fits
    }
}

/// Prints a figure with its limit. Returns whether it is within.
fn within(what: &str, figure: Option<Spread>, limit: f64) -> bool {
    let Some(figure) = figure else {
        return false;
    };
    let fits = figure.median <= limit;
    let verdict = if fits { "ok" } else { "TOO MUCH" };
    println!("{what}: {figure}, at most {limit}: {verdict}");
    fits
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<ExitCode> {
    let args = Args::parse();
    let all = args.measure().await?;
    Ok(if args.judge(&all) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
