package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/florianl/go-nfqueue"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

const (
	byAddress = "address"
	// A pod runs about a second before the API server tells its address. Who is refused tries again after a second.
	patience = 5 * time.Second
	poll     = 20 * time.Millisecond

	header    = 20 // octets of an IPv4 packet
	localIn   = 1  // the kernel's number of the hook for what is for this machine itself
	queueSize = 1024
)

// waitingRoom holds connections until the pods that they are between are known: to the judge an address that no pod
// has is none of its business, so a pod could do anything in its first moments.
type waitingRoom struct {
	pods cache.Indexer
}

func newWaitingRoom(pods cache.SharedIndexInformer) (*waitingRoom, error) {
	err := pods.AddIndexers(cache.Indexers{byAddress: func(object any) ([]string, error) {
		pod, ok := object.(*v1.Pod)
		if !ok || pod.Spec.HostNetwork {
			return nil, nil
		}
		addresses := make([]string, len(pod.Status.PodIPs))
		for at, address := range pod.Status.PodIPs {
			addresses[at] = address.IP
		}
		return addresses, nil
	}})
	return &waitingRoom{pods.GetIndexer()}, err
}

// open answers for the queue until ctx ends; what it returns waits until nothing is answered any more.
func (room *waitingRoom) open(ctx context.Context, number int) (func(), error) {
	queue, err := nfqueue.Open(&nfqueue.Config{
		NfQueue:      uint16(number),
		Flags:        nfqueue.NfQaCfgFlagGSO,
		Copymode:     nfqueue.NfQnlCopyPacket,
		MaxPacketLen: header,
		MaxQueueLen:  queueSize,
	})
	if err != nil {
		return nil, err
	}
	answer := func(packet nfqueue.Attribute, verdict int) {
		if err := queue.SetVerdict(*packet.PacketID, verdict); err != nil {
			klog.ErrorS(err, "no verdict given")
		}
	}
	receive := func(packet nfqueue.Attribute) int {
		if packet.Payload == nil || packet.Hook == nil || len(*packet.Payload) < header {
			answer(packet, nfqueue.NfDrop)
			return 0
		}
		unknown := room.unknown(packet)
		if unknown() == "" {
			answer(packet, nfqueue.NfAccept)
			return 0
		}
		go func() {
			known := func(context.Context) (bool, error) { return unknown() == "", nil }
			if err := wait.PollUntilContextTimeout(ctx, poll, patience, false, known); err != nil {
				klog.InfoS("Dropped: no pod is known by this address", "address", unknown())
				answer(packet, nfqueue.NfDrop)
				return
			}
			answer(packet, nfqueue.NfAccept)
		}()
		return 0
	}
	failed := func(err error) int {
		if ctx.Err() == nil {
			klog.ErrorS(err, "nothing received", "queue", number)
		}
		return 0
	}
	if err := queue.RegisterWithErrorFunc(ctx, receive, failed); err != nil {
		return nil, fmt.Errorf("it can't be listened at: %w", err)
	}
	return func() { _ = queue.Close() }, nil
}

// unknown gives a function that tells an address of the packet that is no known pod's, or nothing. What is for this
// machine itself goes to no pod.
func (room *waitingRoom) unknown(packet nfqueue.Attribute) func() string {
	content := *packet.Payload
	addresses := []string{netip.AddrFrom4([4]byte(content[12:16])).String()}
	if *packet.Hook != localIn {
		addresses = append(addresses, netip.AddrFrom4([4]byte(content[16:20])).String())
	}
	return func() string {
		for _, address := range addresses {
			if found, err := room.pods.IndexKeys(byAddress, address); err != nil || len(found) == 0 {
				return address
			}
		}
		return ""
	}
}
