fn main() {
    let pattern = regex::Regex::new("a+").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stack: smallvec::SmallVec<[u8; 4]> = smallvec::SmallVec::new();
    let deque: crossbeam_deque::Worker<u8> = crossbeam_deque::Worker::new_fifo();
    runtime.block_on(async { println!("{} {} {} {}", pattern.is_match("a"), chrono::Utc::now(), stack.len(), deque.is_empty()) });
    println!("{:?}", hyper::Uri::from_static("/"));
}
