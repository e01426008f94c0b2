// The original yamux as a peer for tests. It prints one line of JSON for each thing it notices.
//
//	yamux-peer serve          listens on loopback, accepts one session and serves its streams
//	yamux-peer refuse         as serve, but accepts no stream: its backlog of one overflows
//	yamux-peer dial ADDRESS   opens a session and drives it: ping, echoes side by side, a half-close, then GoAway
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/ioutil"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/yamux"
)

var output sync.Mutex

func report(event string, fields map[string]interface{}) {
	output.Lock()
	defer output.Unlock()
	if fields == nil {
		fields = map[string]interface{}{}
	}
	fields["event"] = event
	line, _ := json.Marshal(fields)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		report("failed", map[string]interface{}{"error": err.Error()})
		os.Exit(1)
	}
}

func config() *yamux.Config {
	config := yamux.DefaultConfig()
	config.LogOutput = ioutil.Discard
	return config
}

func listen() net.Conn {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	report("listening", map[string]interface{}{"port": listener.Addr().(*net.TCPAddr).Port})
	connection, err := listener.Accept()
	must(err)
	return connection
}

func serve() {
	settings := config()
	// Larger than the initial window: the first WindowUpdate carries more.
	settings.MaxStreamWindowSize = 1 << 20
	session, err := yamux.Server(listen(), settings)
	must(err)
	for {
		stream, err := session.AcceptStream()
		if err != nil {
			report("session ended", map[string]interface{}{"error": err.Error()})
			return
		}
		go serveStream(session, stream)
	}
}

// serveStream obeys the first line of the stream.
func serveStream(session *yamux.Session, stream *yamux.Stream) {
	reader := bufio.NewReader(stream)
	line, err := reader.ReadString('\n')
	if err != nil {
		report("stream ended", map[string]interface{}{"error": err.Error()})
		return
	}
	words := strings.Fields(line)
	switch words[0] {
	case "echo":
		io.Copy(stream, reader)
		stream.Close()
	case "count":
		// Answers only after the other side's FIN.
		count, _ := io.Copy(ioutil.Discard, reader)
		fmt.Fprintf(stream, "%d", count)
		stream.Close()
	case "send":
		count, _ := strconv.ParseInt(words[1], 10, 64)
		io.CopyN(stream, zeros{}, count)
		stream.Close()
	case "hold":
		report("holding", nil)
		_, err := reader.ReadByte()
		report("hold ended", map[string]interface{}{"error": fmt.Sprint(err)})
	case "ping":
		duration, err := session.Ping()
		fmt.Fprintf(stream, "%v", err == nil && duration > 0)
		stream.Close()
	case "goaway":
		session.GoAway()
		stream.Close()
	}
}

type zeros struct{}

func (zeros) Read(target []byte) (int, error) { return len(target), nil }

func refuse() {
	settings := config()
	settings.AcceptBacklog = 1
	session, err := yamux.Server(listen(), settings)
	must(err)
	<-session.CloseChan()
	report("session ended", nil)
}

func dial(address string) {
	connection, err := net.Dial("tcp", address)
	must(err)
	session, err := yamux.Client(connection, config())
	must(err)
	duration, err := session.Ping()
	must(err)
	report("ping", map[string]interface{}{"positive": duration > 0})
	var group sync.WaitGroup
	for index := 0; index < 50; index++ {
		group.Add(1)
		go func(index int) {
			defer group.Done()
			echo(session, index)
		}(index)
	}
	group.Wait()
	expectReset(session)
	must(session.GoAway())
	time.Sleep(50 * time.Millisecond)
	session.Close()
	report("done", nil)
}

func echo(session *yamux.Session, index int) {
	stream, err := session.OpenStream()
	must(err)
	sent := bytes.Repeat([]byte{byte(index), 1, 2, 3, 4, 5, 6}, 100000+index)
	go func() {
		_, err := stream.Write(sent)
		must(err)
	}()
	received := make([]byte, len(sent))
	_, err = io.ReadFull(stream, received)
	must(err)
	same := sha256.Sum256(sent) == sha256.Sum256(received)
	must(stream.Close())
	report("echo", map[string]interface{}{"index": index, "same": same})
}

// expectReset asks the other side to reset the stream.
func expectReset(session *yamux.Session) {
	stream, err := session.OpenStream()
	must(err)
	_, err = stream.Write([]byte("reset"))
	must(err)
	_, err = stream.Read(make([]byte, 1))
	report("reset", map[string]interface{}{"error": fmt.Sprint(err)})
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		serve()
	case len(os.Args) == 2 && os.Args[1] == "refuse":
		refuse()
	case len(os.Args) == 3 && os.Args[1] == "dial":
		dial(os.Args[2])
	default:
		fmt.Fprintln(os.Stderr, "usage: yamux-peer serve | refuse | dial ADDRESS")
		os.Exit(2)
	}
}
