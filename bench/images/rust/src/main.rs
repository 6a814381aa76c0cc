fn main() {
    let pattern = regex::Regex::new("a+").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stack: smallvec::SmallVec<[u8; 4]> = smallvec::SmallVec::new();
    runtime.block_on(async { println!("{} {} {}", pattern.is_match("a"), chrono::Utc::now(), stack.len()) });
    println!("{:?}", hyper::Uri::from_static("/"));
}
