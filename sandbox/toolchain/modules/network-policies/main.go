// Network-policies lets the kernel ask, for each new connection of a pod, whether the cluster's NetworkPolicies allow
// it. The rules that ask are the sandbox's own (sandbox/kubernetes/firewall.py), the answers kube-network-policies'.
// Every connection is asked about twice: first it waits until the pods that it is between are known, then it is judged.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// A pod that has ended keeps its address in its status, but another one may have it by now.
const unfinished = "status.phase!=Succeeded,status.phase!=Failed"

// The judge would write rules for nftables, which need a kernel option that not every kernel has, and would stay after
// a kill. It can't be told not to, so it is given a table's name that every kernel refuses, and a node without pods,
// for whose sake it would try again.
var (
	noTable = strings.Repeat("-", 256)
	noNode  = "-"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "file that says where the API server is, and who we are")
	listen := flag.String("listen", "", "host and port of /readyz and /metrics")
	waiting := flag.Int("waiting", 0, "number of the queue of connections that wait for their pods to be known")
	judged := flag.Int("judged", 0, "number of the queue of connections that are judged")
	flag.Parse()
	if err := run(*kubeconfig, *listen, *waiting, *judged); err != nil {
		klog.ErrorS(err, "ended")
		os.Exit(1)
	}
}

func run(kubeconfig, listen string, waiting, judged int) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// The judge reads an empty list of rules as one that allows everything, as it is in JSON; here it is none at all.
	config.ContentType = runtime.ContentTypeProtobuf
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	cluster := informers.NewSharedInformerFactory(client, 0)
	running := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(
		func(options *metav1.ListOptions) { options.FieldSelector = unfinished }))
	pods := running.Core().V1().Pods()
	namespaces := cluster.Core().V1().Namespaces()
	policies := cluster.Networking().V1().NetworkPolicies()

	// It would also join a container runtime that is found on this machine, whosever that is.
	if err := os.Setenv("NRI_PLUGIN_SOCKET", "none"); err != nil {
		return err
	}
	judge, err := networkpolicy.NewController(client, policies, namespaces, pods, nil, nil, nil, nil,
		networkpolicy.Config{QueueID: judged, NodeName: noNode, NFTableName: noTable})
	if err != nil {
		return err
	}
	room, err := newWaitingRoom(pods.Informer())
	if err != nil {
		return err
	}
	empty, err := room.open(ctx, waiting)
	if err != nil {
		return fmt.Errorf("queue %d: %w", waiting, err)
	}
	defer empty()

	informed := []cache.InformerSynced{
		pods.Informer().HasSynced, namespaces.Informer().HasSynced, policies.Informer().HasSynced,
	}
	http.HandleFunc("/readyz", func(answer http.ResponseWriter, _ *http.Request) {
		if trouble := unready(informed, waiting, judged); trouble != "" {
			http.Error(answer, trouble, http.StatusServiceUnavailable)
		}
	})
	http.Handle("/metrics", promhttp.Handler())
	ended := make(chan error, 2)
	go func() { ended <- http.ListenAndServe(listen, nil) }()
	klog.InfoS("What follows about NRI and nftables is meant to fail: the rules that ask are the sandbox's own")
	go func() { ended <- judge.Run(ctx) }()
	cluster.Start(ctx.Done())
	running.Start(ctx.Done())
	return <-ended
}

// unready says why connections can't be judged yet, or nothing.
func unready(informed []cache.InformerSynced, queues ...int) string {
	for _, synced := range informed {
		if !synced() {
			return "the cluster's pods, namespaces and policies are not known yet"
		}
	}
	bound, err := os.ReadFile("/proc/net/netfilter/nfnetlink_queue")
	if err != nil {
		return err.Error()
	}
	listened := map[string]bool{}
	for line := range strings.Lines(string(bound)) {
		listened[strings.Fields(line)[0]] = true
	}
	for _, queue := range queues {
		if !listened[strconv.Itoa(queue)] {
			return fmt.Sprintf("nobody listens at queue %d", queue)
		}
	}
	return ""
}
