// What programs in Java do in courses: threads, processes, files, sockets, and more than fits.
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.Writer;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

public class Program {
    static int squares() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        var results = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 8; i++) {
            int number = i;
            results.add(pool.submit(() -> number * number));
        }
        int sum = 0;
        for (var result : results) {
            sum += result.get();
        }
        pool.shutdown();
        return sum;
    }

    static void threads() throws Exception {
        var release = new CountDownLatch(1);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 100; i++) {
            var thread = new Thread(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
            threads.add(thread);
        }
        release.countDown();
        for (var thread : threads) {
            thread.join();
        }
        var timer = Executors.newSingleThreadScheduledExecutor();
        int later = timer.schedule(() -> 3, 1, TimeUnit.MILLISECONDS).get();
        timer.shutdown();
        long sum = IntStream.range(0, 1 << 20).parallel().asLongStream().sum();
        System.out.println("threads " + threads.size() + " " + later + " " + sum);
    }

    static void processes() throws Exception {
        var process = new ProcessBuilder("sh", "-c", "read line; echo got $line; exit 3").start();
        try (Writer input = process.outputWriter()) {
            input.write("line\n");
        }
        String output = new String(process.getInputStream().readAllBytes());
        System.out.print("process " + process.waitFor() + " " + output);
    }

    static void files() throws Exception {
        Path path = Files.createTempFile("test", "");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        try (var channel = FileChannel.open(path, READ, WRITE)) {
            channel.lock().release();
            var map = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
            map.put(0, (byte) 'm');
            map.force();
        }
        Files.copy(path, Path.of("/tmp/copy"));
        long size = Files.size(Path.of("/tmp/copy"));
        System.out.println("files " + size + " " + Files.getOwner(path));
        WatchService watch = path.getFileSystem().newWatchService();
        Path.of("/box").register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        Files.writeString(Path.of("/box/new"), "text");
        System.out.println("watch " + watch.take().pollEvents().get(0).context());
    }

    static void sockets() throws Exception {
        var address = UnixDomainSocketAddress.of("/tmp/socket");
        var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        var client = SocketChannel.open(address);
        var server = listener.accept();
        client.write(ByteBuffer.wrap("ping".getBytes()));
        var received = ByteBuffer.allocate(4);
        server.read(received);
        var pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        var selector = Selector.open();
        pipe.source().register(selector, SelectionKey.OP_READ);
        pipe.sink().write(ByteBuffer.allocate(1));
        System.out.println("socket " + new String(received.array()) + " " + selector.select());
        try (var inet = new ServerSocket(0)) {
            System.out.println("inet " + (inet.getLocalPort() > 0));
        } catch (IOException e) {
            System.out.println("inet " + e.getMessage());
        }
    }

    static void libraries() throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(new byte[0]);
        System.out.println("security " + digest.length + " " + new SecureRandom().ints(2).count());
        var summer = ZonedDateTime.of(2024, 7, 1, 0, 0, 0, 0, ZoneId.of("Europe/Berlin"));
        String number = String.format(Locale.GERMANY, "%,.2f", 1234.5);
        String zone = summer.getOffset().toString();
        System.out.println("locale " + number + " " + zone + " ä " + Charset.defaultCharset());
    }

    static int depth(int number) {
        return depth(number + 1) + 1;
    }

    static void errors() {
        try {
            depth(0);
        } catch (StackOverflowError e) {
            System.out.println("stack overflow");
        }
        var blocks = new ArrayList<byte[]>();
        try {
            while (true) {
                blocks.add(new byte[1 << 18]);
            }
        } catch (OutOfMemoryError e) {
            int held = blocks.size();
            blocks = null;
            System.out.println("heap exhausted " + (held > 400));
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println("squares " + squares());
        threads();
        processes();
        files();
        sockets();
        libraries();
        errors();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.exit(5);
    }
}
