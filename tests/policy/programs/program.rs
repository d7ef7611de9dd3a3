// What programs in Rust do in courses: threads, channels, commands, sockets, files, a panic.
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::mpsc::channel;
use std::{env, fs, panic, thread};

fn threads() -> i32 {
    let (sender, receiver) = channel();
    for i in 0..8 {
        let sender = sender.clone();
        thread::spawn(move || sender.send(i * i).unwrap());
    }
    drop(sender);
    receiver.iter().sum()
}

fn sockets() -> u8 {
    let (mut near, mut far) = UnixStream::pair().unwrap();
    let mut byte = [0];
    near.write_all(b"x").unwrap();
    far.read_exact(&mut byte).unwrap();
    byte[0]
}

fn main() {
    println!("threads {}", threads());
    let out = Command::new("sh").args(["-c", "echo out; exit 3"]).output().unwrap();
    println!("command {:?} {:?}", String::from_utf8_lossy(&out.stdout), out.status.code());
    println!("socket {}", sockets());
    println!("inet {:?}", TcpListener::bind("127.0.0.1:0").unwrap_err().raw_os_error());
    let path = env::temp_dir().join("file");
    fs::write(&path, "text").unwrap();
    println!("file {:?}", fs::read_to_string(path).unwrap());
    let heap = vec![1u8; 100 << 20];
    println!("heap {}", heap.iter().map(|&byte| byte as usize).sum::<usize>() >> 20);
    println!("parallel {}", thread::available_parallelism().is_ok());
    panic::set_hook(Box::new(|_| {}));
    println!("panic {}", panic::catch_unwind(|| panic!()).is_err());
}

#[test]
fn squares_are_summed() {
    assert_eq!(threads(), 140);
}
